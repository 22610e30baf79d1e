# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""The part of JupyterLab's config that is a program: files that keep the project's notebooks as they are.

Jupyter reads lab.json beside it, of the same name, as well.
"""

import json
import os

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado import web

c = get_config()  # noqa: F821

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "files.json"), encoding="utf-8") as f:
    FILES = json.load(f)
TUTORIALS, MINE = set(FILES["tutorials"] or []), FILES["mine"]
TRUSTED = set(FILES["trusted"] or [])


def name(path):
    """A path as the list of tutorials has it."""
    return path.strip("/")


class Files(AsyncLargeFileManager):
    """Shows tutorials as read-only, and makes what is made beside them in the user's own folder."""

    async def get(self, path, *args, **kwargs):
        model = await super().get(path, *args, **kwargs)
        if name(path) in TUTORIALS:
            model["writable"] = False
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
        return await super().save(model, path)

    async def new_untitled(self, path="", type="", ext=""):
        if MINE and name(path) == "" and type == "notebook":
            path = MINE
        return await super().new_untitled(path, type, ext)

    async def copy(self, from_path, to_path=None):
        if MINE and name(from_path) in TUTORIALS and name(to_path or "") in ("", name(from_path)):
            to_path = MINE
        return await super().copy(from_path, to_path)


c.ServerApp.contents_manager_class = Files
