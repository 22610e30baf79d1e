# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""The part of JupyterLab's config that is a program: files that keep the project's notebooks as they are, kernels that fetch
nothing by themselves, and cells that wait for one another.

Jupyter reads lab.json beside it, of the same name, as well.
"""

import asyncio
import json
import os
import re
from collections import deque

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web

c = get_config()  # noqa: F821

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "files.json"), encoding="utf-8") as f:
    FILES = json.load(f)
TUTORIALS, MINE = set(FILES["tutorials"] or []), FILES["mine"]
TRUSTED, HIDDEN = set(FILES["trusted"] or []), set(FILES["hidden"] or [])
TEMPLATE = FILES["template"]  # a new notebook's text, and the word in it that its name takes the place of; or nothing
GO = FILES["go"]  # the version that the kernel says it is of
LINK = re.compile(r"(\]\()(?![a-z]+:|[#/])([^)\s#]+)")


def name(path):
    """A path as the list of tutorials has it."""
    return path.strip("/")


class Files(AsyncLargeFileManager):
    """Shows tutorials as read-only, and makes what is made beside them in the user's own folder, notebooks of a template."""

    async def get(self, path, *args, **kwargs):
        model = await super().get(path, *args, **kwargs)
        if name(path) in TUTORIALS:
            model["writable"] = False
        content = model.get("content")
        if name(path) == "" and model["type"] == "directory" and content:
            model["content"] = [entry for entry in content if entry["name"] not in HIDDEN]
        if model["type"] == "notebook" and content:
            # JupyterLab writes what the kernel says of itself into a notebook, which then counts as changed.
            info = content["metadata"].get("language_info", {})
            if GO and info.get("name") == "go":
                info["version"] = GO
        return model

    def mark_trusted_cells(self, nb, path=""):
        """Trusts the project's own notebooks, whose code is run by who opens them: their figures answer at once."""
        if name(path) in TRUSTED:
            self.notary.mark_cells(nb, True)
            return
        super().mark_trusted_cells(nb, path)

    async def save(self, model, path=""):
        if name(path) in TUTORIALS:
            raise web.HTTPError(403, f"{name(path)} is read-only: keep it under another name, File > Save Notebook As…")
        if MINE and name(path).startswith(MINE + "/") and model.get("type") == "notebook" and model.get("content"):
            self.relink(model["content"], os.path.dirname(name(path)))
        return await super().save(model, path)

    def relink(self, nb, folder):
        """Links of a tutorial that was saved in another folder lead where they led."""

        def lead(found):
            target, root = found[2], self._get_os_path("")
            there = [os.path.exists(os.path.normpath(os.path.join(root, at, target))) for at in (folder, "")]
            return found[1] + (os.path.relpath(target, folder).replace(os.sep, "/") if there == [False, True] else target)

        for cell in nb.get("cells", []):
            if cell.get("cell_type") == "markdown" and isinstance(cell.get("source"), str):
                cell["source"] = LINK.sub(lead, cell["source"])

    async def new_untitled(self, path="", type="", ext=""):
        if MINE and name(path) == "" and type == "notebook":
            path = MINE
        model = await super().new_untitled(path, type, ext)
        if MINE and TEMPLATE and type == "notebook" and (name(path) + "/").startswith(MINE + "/"):
            title = os.path.splitext(model["name"])[0]
            content = json.loads(TEMPLATE["text"].replace(TEMPLATE["title"], title))
            await super().save({"type": "notebook", "format": "json", "content": content}, model["path"])
            model = await self.get(model["path"], content=False)
        return model

    async def copy(self, from_path, to_path=None):
        if MINE and name(from_path) in TUTORIALS and name(to_path or "") in ("", name(from_path)):
            to_path = MINE
        return await super().copy(from_path, to_path)


class Kernels(AsyncMappingKernelManager):
    """Kernels that take packages from the checkout alone: GoNB would ask the network for each new import otherwise."""

    async def start_kernel(self, *args, **kwargs):
        kernel_id = await super().start_kernel(*args, **kwargs)
        await self.quieten(kernel_id)
        return kernel_id

    async def restart_kernel(self, kernel_id, now=False):
        for connection in Connection.of(kernel_id):
            connection.forget()
        result = await super().restart_kernel(kernel_id, now=now)
        await self.quieten(kernel_id)
        return result

    async def quieten(self, kernel_id):
        client = self.get_kernel(kernel_id).client()
        client.start_channels(iopub=False, stdin=False, hb=False)
        try:
            client.execute("%noautoget", silent=True, store_history=False)
            await asyncio.wait_for(client.get_shell_msg(), 30)
        except Exception as error:  # noqa: BLE001: a kernel that can't be told runs all the same
            self.log.warning("the kernel was not told %%noautoget: %s", error)
        finally:
            client.stop_channels()


V1 = "v1.kernel.websocket.jupyter.org"  # what a browser and the server speak, if both can

# What to do about errors that habits of other languages and notebooks lead to. GoNB shows the compiler's words alone.
HINTS = {
    r"rune literal": 'Go writes text between double quotes: "text"',
    r"undefined: \w+\b(?!\.)": "run the cell that makes this name first; each cell is a program of its own, and what later cells need stands above its %%",
    r"declared and not used": "Go takes no name that nothing uses: use it, or take its line out",
    r'expected declaration, found "': "a list of packages stands between import ( and )",
    r'expected declaration, found (?!")|non-declaration statement': "what a cell is to run stands below a line with %% alone, definitions above it",
    r"no new variables on left side": "a name is made once, by := ; after that it is changed by =",
    r"imported and not used": "Go takes no import that nothing uses: take its line out",
    r"string literal not terminated": 'text begins and ends with a double quote on one line: "text"',
    r"missing ',' (?:before newline )?in (?:argument list|composite literal)": "a bracket is not closed, here or a line above, or a comma is missing",
}

# Where an error is: GoNB gives the cell and its line, and then a file of its own, which nobody has. Its column stays.
PLACE = re.compile(r'(gonb-cell-line-info">[^<>]*</span>\s*<span class="gonb-err-location">)[^<>]*\bmain\.go:\d+(?::(\d+))?:?')
PACKAGE = re.compile(r"<div[^<>]*>\s*# gonb_\w+\s*</div>")
ENDED = re.compile(r"exit status \d+|signal: [\w ]+")
NAME = re.compile(r"\w")
PAGE = re.compile(r"\[[^\[\]]*\]\(https://pkg\.go\.dev/coherentgradients[^()]*\)")  # of help; no such page is there


def inspected(code, at):
    """Where to ask about a name: in it, if the cursor is just behind it. GoNB would tell of the call around it."""
    if not isinstance(code, str) or not isinstance(at, int) or not 0 < at <= len(code):
        return at
    return at - 1 if NAME.match(code[at - 1]) and not NAME.match(code[at : at + 1]) else at


class Connection(ZMQChannelsWebsocketConnection):
    """Hands a kernel one cell at a time, and none after one that failed or was stopped: Run All ends there, as with other
    kernels of Jupyter. GoNB itself runs all that it was sent. Tells what does not compile in the cell's own terms, once, with HINTS.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.running = None  # the request whose reply is awaited: its header and whether its failure ends those that wait
        self.waiting = deque()  # requests with the messages as they came
        self.report = ""  # the compiler's words, which GoNB shows before it tells of an error

    @classmethod
    def of(cls, kernel_id):
        return [c for c in cls._open_sockets if isinstance(c, cls) and c.kernel_id == kernel_id]

    def forget(self):
        """Forgets what was asked of a kernel that is no more."""
        self.running = None
        self.waiting.clear()

    def on_kernel_restarted(self):
        self.forget()
        super().on_kernel_restarted()

    def on_restart_failed(self):
        self.forget()
        super().on_restart_failed()

    def disconnect(self):
        # Cells that were asked for run on when their page is closed.
        while self.waiting:
            super().handle_incoming_message(self.waiting.popleft()[1])
        return super().disconnect()

    def handle_incoming_message(self, incoming_msg):
        request = None
        if self.subprotocol == V1:
            channel, parts = deserialize_msg_from_ws_v1(incoming_msg)
            header = self.session.unpack(parts[0]) if channel == "shell" else {}
            if header.get("msg_type") == "execute_request":  # and whether its failure ends those that wait
                request = header, self.session.unpack(parts[3]).get("stop_on_error", True)
            elif header.get("msg_type") == "inspect_request" and self.go():
                content = self.session.unpack(parts[3])
                content["cursor_pos"] = inspected(content.get("code"), content.get("cursor_pos"))
                parts[3] = self.session.pack(content)
                incoming_msg = serialize_msg_to_ws_v1(parts, channel)
        if request and self.running:
            self.waiting.append((request, incoming_msg))
            return
        self.running = request or self.running
        super().handle_incoming_message(incoming_msg)

    def go(self):
        """Whether the kernel is the project's, and not another one of Jupyter's."""
        return getattr(self.kernel_manager, "kernel_name", "") == "gonb"

    def _on_error(self, channel, msg, msg_list):
        super()._on_error(channel, msg, msg_list)
        if channel not in ("iopub", "shell") or self.subprotocol != V1 or len(msg_list[3]) > 100_000 or not self.go():
            return  # pictures are longer
        kind = self.session.unpack(msg_list[0])["msg_type"]
        if kind not in ("display_data", "error", "inspect_reply"):
            return
        content = self.session.unpack(msg_list[3])
        try:
            self.mend(kind, content)
            msg_list[3] = self.session.pack(content)
        except Exception:
            self.log.warning("a kernel's message of the kind %s was not understood", kind, exc_info=True)  # and stays

    def mend(self, kind, content):
        """Changes what a message says."""
        data = content.get("data") or {}
        if kind == "inspect_reply":
            content["data"] = {form: PAGE.sub("", text) if isinstance(text, str) else text for form, text in data.items()}
        elif kind == "display_data":
            report = data.get("text/html")
            self.report = report if isinstance(report, str) and "gonb-err-location" in report else ""
            if self.report:
                data["text/html"] = PACKAGE.sub("", PLACE.sub(lambda m: m[1] + (f"column {m[2]}:" if m[2] else ""), report))
        else:
            said, report = content.get("evalue") or "", self.report
            self.report = ""
            if ENDED.fullmatch(said.strip()):  # which stands above, with what the cell's program said
                content["traceback"] = ["The cell ended with an error: what it said stands above."]
            elif report:
                hints = [hint for pattern, hint in HINTS.items() if re.search(pattern, report)]
                content["traceback"] = ["The cell does not compile: nothing of it was run.", *hints]

    def handle_outgoing_message(self, stream, outgoing_msg):
        super().handle_outgoing_message(stream, outgoing_msg)
        if not self.running or (stream if isinstance(stream, str) else stream.channel) != "shell":
            return
        parts = self.session.feed_identities(outgoing_msg)[1][1:]
        header, stop_on_error = self.running
        if self.session.unpack(parts[1]).get("msg_id") != header["msg_id"]:
            return
        self.running = None
        if stop_on_error and self.session.unpack(parts[3]).get("status") == "error":
            while self.waiting:
                self.abort(self.waiting.popleft()[0][0])
        elif self.waiting:
            self.running, message = self.waiting.popleft()
            super().handle_incoming_message(message)

    def abort(self, header):
        for channel, kind, content in (
            ("shell", "execute_reply", {"status": "aborted"}),
            ("iopub", "status", {"execution_state": "idle"}),
        ):
            message = self.session.msg(kind, content, parent=header)
            self.write_message(serialize_msg_to_ws_v1(message, channel, self.session.pack), binary=True)


c.ServerApp.kernel_websocket_connection_class = Connection
c.ServerApp.contents_manager_class = Files
c.ServerApp.kernel_manager_class = Kernels
