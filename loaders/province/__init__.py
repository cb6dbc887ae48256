"""Make a province of Henan in 2017: sound at any size, with planted faults and their answer key."""

from loaders.province.key import ProvinceKey
from loaders.province.make import make_province

__all__ = ["ProvinceKey", "make_province"]
