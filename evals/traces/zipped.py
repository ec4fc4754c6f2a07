"""Archives: ZIP files whose members may be compressed in a way that Python cannot read yet."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from types import TracebackType

from surefoot.errors import ConfigurationError, InputError

ZSTANDARD = 93
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
MOST_BYTES = 1 << 30
"""No member of a log is larger; a file that says so is broken or means harm."""


class Archive:
    """A ZIP file, opened to read."""

    def __init__(self, path: Path) -> None:
        """Raises `InputError` when it is no ZIP file."""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise InputError(f"{path.name} is no ZIP file: {error}.") from None
        self._path = path

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        """Return the members' names, in the order of the file."""
        return self._zip.namelist()

    def read(self, name: str) -> bytes:
        """Return a member's content."""
        info = self._zip.getinfo(name)
        if info.file_size > MOST_BYTES:
            raise InputError(f"{name} in {self._path.name} claims {info.file_size:,} bytes.")
        if info.compress_type != ZSTANDARD:
            try:
                return self._zip.read(info)
            except (zipfile.BadZipFile, NotImplementedError) as error:
                raise InputError(f"{name} in {self._path.name} cannot be read: {error}.") from None
        return self._zstandard(info)

    def _zstandard(self, info: zipfile.ZipInfo) -> bytes:
        try:
            import zstandard
        except ImportError:
            raise ConfigurationError(
                f"{self._path.name} is compressed with Zstandard. Get what reads it with "
                "`pip install 'surefoot[evals]'`."
            ) from None
        with self._path.open("rb") as file:
            file.seek(info.header_offset)
            head = _LOCAL.unpack(file.read(_LOCAL.size))
            file.seek(head[-2] + head[-1], 1)
            packed = file.read(info.compress_size)
        try:
            return zstandard.ZstdDecompressor().decompress(
                packed, max_output_size=info.file_size, allow_extra_data=True
            )
        except zstandard.ZstdError as error:
            raise InputError(f"{info.filename} is damaged: {error}.") from None
