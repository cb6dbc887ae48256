"""Watching: on a timetable load, derive, check, publish; tell divisions what is new; notice feeds that fell silent."""
