# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""The part of JupyterLab's config that is a program: files that keep the project's notebooks as they are, and kernels that
fetch nothing by themselves.

Jupyter reads lab.json beside it, of the same name, as well.
"""

import asyncio
import json
import os
import re

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web

c = get_config()  # noqa: F821

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "files.json"), encoding="utf-8") as f:
    FILES = json.load(f)
TUTORIALS, MINE = set(FILES["tutorials"] or []), FILES["mine"]
TRUSTED, HIDDEN = set(FILES["trusted"] or []), set(FILES["hidden"] or [])
TEMPLATE = FILES["template"]  # a new notebook's text, and the title in it that its name takes the place of; or nothing
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


c.ServerApp.contents_manager_class = Files
c.ServerApp.kernel_manager_class = Kernels
