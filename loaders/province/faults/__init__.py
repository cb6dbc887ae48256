"""Faults to plant in a made province: for every rule of the catalogue a planter, one module a family of rules."""

from loaders.province.faults.catalogue import FAULTS, plant

__all__ = ["FAULTS", "plant"]
