"""Faults to plant in a made province: for every rule of the catalogue a planter, one module a family of rules."""

from loaders.province.faults.catalogue import FAULTS, names_of, plant

__all__ = ["FAULTS", "names_of", "plant"]
