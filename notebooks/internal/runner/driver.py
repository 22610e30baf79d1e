# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""Executes one notebook through Jupyter and tells, line by line, how it goes.

One JSON object on standard input is the job:

    notebook   the file to execute; it is only read
    folder     where the kernel runs, the notebook's own folder
    executed   where the executed notebook is written, failed or not
    temp       a folder on the same disk, for files that are not whole yet
    html       where its page is written, its formulas still TeX; "" for none
    kernel     the kernel's name
    timeout    seconds a cell may take, 0 for any

Each line on standard output is a JSON object with a field "event":

    start   cells            code cells to execute
    cell    cell, line       a code cell begins (1 is the first); its first line
    text    text             the last line that a cell has printed so far
    error   cell, name, value, lines     a cell failed; the notebook's execution ends
    fail    text             something else failed: the kernel didn't start, a file can't be written
    end                      all is written

Standard input staying open is the sign that the caller lives: its end, SIGTERM or
SIGINT end the kernel and this program.
"""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time

import nbformat
from jinja2 import DictLoader, pass_context
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
EVENTS = os.fdopen(os.dup(1), "w", encoding="utf-8")


def tell(event, **fields):
    """Writes one event."""
    EVENTS.write(json.dumps({"event": event, **fields}) + "\n")
    EVENTS.flush()


def write(path, text, folder):
    """Writes a file under a temporary name in a folder and renames it."""
    handle, temp = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.chmod(temp, 0o644)
        os.replace(temp, path)
    except BaseException:
        os.unlink(temp)
        raise


class Failure(Exception):
    """A cell failed; it has been told."""


class NoKernel(Exception):
    """The kernel didn't start; what it said on its way is on standard error."""


class Client(NotebookClient):
    """Shows what a running cell prints."""

    told = 0.0
    began = False  # the kernel has answered
    stopped = False

    def process_message(self, msg, cell, cell_index):
        content = msg.get("content", {})
        if msg["msg_type"] == "stream" and time.monotonic() - self.told > 0.2:
            printed = [s.strip() for s in re.split(r"[\r\n]", ANSI.sub("", content.get("text", ""))) if s.strip()]
            if printed:
                self.told = time.monotonic()
                tell("text", text=printed[-1])
        return super().process_message(msg, cell, cell_index)


def problem(cell, reply):
    """What went wrong in an executed cell: (name, value, lines), or None.

    The reply alone isn't trusted: a kernel may report success and still have
    published an error.
    """
    for out in cell.outputs:
        if out.output_type == "error":
            return out.ename, out.evalue, out.traceback
    content = reply.get("content", {}) if reply else {}
    if content.get("status", "ok") != "ok":
        return content.get("ename", "ERROR"), content.get("evalue", "the kernel reported an error"), content.get("traceback", [])
    return None


def printed_errors(cell):
    """The lines a failed cell wrote on standard error: Go's panic is among them."""
    text = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
    return [line for line in ANSI.sub("", text).splitlines() if line.strip()]


async def execute(nb, job):
    """Executes the cells in order, up to the first that fails."""
    code = [i for i, c in enumerate(nb.cells) if c.cell_type == "code" and c.source.strip()]
    tell("start", cells=len(code))
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    replies = []
    client = Client(
        nb,
        kernel_name=job["kernel"],
        timeout=job["timeout"] or None,
        startup_timeout=120,
        extra_arguments=["-raw_error"],  # compilers' errors as text, not as HTML
        allow_errors=True,
        coalesce_streams=True,
        resources={"metadata": {"path": job["folder"]}},
        on_cell_executed=lambda cell, cell_index, execute_reply: replies.append(execute_reply),
    )
    try:
        await run_cells(client, nb, code, replies, job)
    except (AssertionError, DeadKernelError, RuntimeError) as e:  # nbclient's words for a kernel that isn't there
        if client.stopped:
            raise asyncio.CancelledError from None
        if not client.began:
            raise NoKernel(str(e)) from e
        raise


async def run_cells(client, nb, code, replies, job):
    """Executes the cells in a kernel of their own."""
    async with client.async_setup_kernel():
        catch_signals(client)  # after nbclient has set its own, which would go on
        info = await client.async_wait_for_reply(client.kc.kernel_info())
        client.began = True
        nb.metadata["language_info"] = info["content"]["language_info"]
        for number, index in enumerate(code, start=1):
            cell = nb.cells[index]
            tell("cell", cell=number, line=cell.source.strip().splitlines()[0])
            failed = None
            try:
                await client.async_execute_cell(cell, index, execution_count=number)
                failed = problem(cell, replies[-1] if replies else None)
            except CellTimeoutError:
                failed = "TIMEOUT", f"the cell took longer than {job['timeout']} s", []
            except DeadKernelError:
                if client.stopped:  # nbclient's word for being cancelled
                    raise asyncio.CancelledError from None
                failed = "DEAD", "the kernel died", []
            if failed:
                name, value, trace = failed
                lines = printed_errors(cell) or [l for t in trace for l in ANSI.sub("", t).splitlines() if l.strip()]
                tell("error", cell=number, name=name, value=ANSI.sub("", value), lines=lines[:40])
                raise Failure


class Formulas(IPythonRenderer):
    """Leaves formulas to the caller, who sets them where these elements are."""

    def place(self, body, display):
        return f'<tex-formula display="{display}">{self.escape_html(body.strip())}</tex-formula>'

    def block_math(self, body):
        return self.place(body, "block")

    def inline_math(self, body):
        return self.place(body, "inline")

    def latex_environment(self, name, body):
        return self.place(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


class Page(HTMLExporter):
    """A page that needs nothing from elsewhere: no MathJax, no require.js, no Mermaid."""

    TEMPLATE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block input -%}
{%- if cell.metadata.get('jupyter', {}).get('source_hidden') -%}
<details><summary>folded cell</summary>{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{%- endblock input -%}
"""

    def __init__(self, **kw):
        super().__init__(extra_loaders=[DictLoader({"page.html.j2": self.TEMPLATE})], template_file="page.html.j2", **kw)
        self.embed_images = True

    @pass_context
    def markdown2html(self, context, source):
        path = context.get("resources", {}).get("metadata", {}).get("path", "")
        renderer = Formulas(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=path,
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


def page(nb, job):
    """The notebook as one HTML page."""
    name = os.path.splitext(os.path.basename(job["notebook"]))[0]
    body, _ = Page().from_notebook_node(nb, resources={"metadata": {"name": name, "path": job["folder"]}})
    return body


def end_with_caller():
    """Ends this program when the caller is gone."""
    while sys.stdin.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def catch_signals(client=None):
    """Makes SIGTERM and SIGINT cancel the current task, and the kernel's end quick."""
    task = asyncio.current_task()

    def stop():
        if client is not None:
            client.stopped = True
            client.shutdown_kernel = "immediate"
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


async def main(job):
    """Does one job; returns the exit code."""
    catch_signals()
    threading.Thread(target=end_with_caller, daemon=True).start()

    nb = nbformat.read(job["notebook"], as_version=4)
    code = 0
    try:
        await execute(nb, job)
    except Failure:
        code = 1
    except asyncio.CancelledError:
        code = 130
    except NoKernel as e:
        tell("fail", text="the GoNB kernel didn't start" + (f" ({e})" if str(e) else ""))
        return 1
    # Execution leaves what JupyterLab would: an executed notebook, even a failed one.
    try:
        write(job["executed"], nbformat.writes(nb) + "\n", job["temp"])
        if code != 130 and job["html"]:
            write(job["html"], page(nb, job), job["temp"])
    except OSError as e:
        tell("fail", text=f"{job['executed']} can't be written: {e.strerror}")
        return 1
    if code == 0:
        tell("end")
    return code


if __name__ == "__main__":
    first = json.loads(sys.stdin.readline())
    sys.exit(asyncio.run(main(first)))
