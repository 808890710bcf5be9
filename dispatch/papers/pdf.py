"""PDF: a DOCX through LibreOffice where it is installed; no paper depends on it."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

SECONDS = 60
# Each takes some 200 MB and a core for a few seconds: one after the other
printing = BoundedSemaphore(1)


def office():
    """LibreOffice's program, else None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(content):
    """PDF bytes of a DOCX; None where LibreOffice is missing, fails, or is still at it after SECONDS."""
    program = office()
    if program is None or not printing.acquire(timeout=SECONDS):
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="shuoshi-pdf-") as folder:
            return _converted(program, Path(folder), content)
    finally:
        printing.release()


def _converted(program, folder, content):
    source = folder / "paper.docx"
    source.write_bytes(content)
    command = [
        program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nologo",
        "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), str(source),
    ]  # fmt: skip
    # A profile of its own: a second run beside it, or an office somebody has open, would otherwise swallow the job
    if not _ran(command, _bare(folder)):
        return None
    made = folder / "paper.pdf"
    return made.read_bytes() if made.exists() else None


def _ran(command, environment):
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        process = subprocess.Popen(command, env=environment, start_new_session=True, **quiet)
    except OSError:
        return False
    try:
        return process.wait(timeout=SECONDS) == 0
    except subprocess.TimeoutExpired:
        # The program only starts others, which would live on without it
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def _bare(folder):
    # Not the server's environment: it holds the keys
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
