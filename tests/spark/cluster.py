"""A real standalone Spark cluster on loopback: a master and workers, each a process of its own, from pyspark's jars."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyspark

HOME = Path(pyspark.__file__).parent
STARTS_WITHIN = 240
QUICKLY = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""A dozen short-lived Java machines on few cores gain by starting quickly, not by compiling well."""
_CONFIGURATION = f"""
spark.driver.extraJavaOptions {QUICKLY}
spark.executor.extraJavaOptions {QUICKLY}
spark.executor.memory 600m
spark.driver.memory 600m
spark.sql.shuffle.partitions 4
spark.default.parallelism 4
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executorEnv.LINEAGE_THREADS 1
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Address of the master, and the workers' processes."""

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]
    environment: Mapping[str, str]

    def kill(self, number: int) -> None:
        """End a worker and everything it started, at once."""
        parent = psutil.Process(self.workers[number].pid)
        for one in [*parent.children(recursive=True), parent]:
            one.send_signal(signal.SIGKILL)


@contextmanager
def started(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster while the block runs; every process is ended after it."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "spark-defaults.conf").write_text(_CONFIGURATION)
    environment = {
        **os.environ,
        "SPARK_HOME": str(HOME),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_DAEMON_MEMORY": "300m",
        "SPARK_DAEMON_JAVA_OPTS": QUICKLY,
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.append(_start(folder / "master.log", environment, "master.Master", "--port", "0"))
        address = _said(folder / "master.log", rb"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            log = folder / f"worker-{number}.log"
            running.append(_start(log, environment, "worker.Worker", "--cores", "1", "--memory", "700m", address))
            _said(log, rb"(Successfully registered) with master")
        yield Cluster(address, tuple(running[1:]), environment)
    finally:
        for one in running:
            if one.poll() is None:
                for child in psutil.Process(one.pid).children(recursive=True):
                    child.kill()
                one.kill()
            one.wait()


def _start(log: Path, environment: Mapping[str, str], what: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [str(HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1"]
    with log.open("wb") as stream:
        return subprocess.Popen(
            [*command, "--webui-port", "0", *arguments], env=dict(environment), stdout=stream, stderr=stream
        )


def _said(log: Path, pattern: bytes) -> str:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if found := re.search(pattern, log.read_bytes()):
            return found[1].decode()
        time.sleep(0.2)
    raise AssertionError(f"{log}: {log.read_text()[-2000:]}")
