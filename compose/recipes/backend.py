# SPDX-License-Identifier: MIT
"""Stands for a backend: asks Label Studio through its SDK which projects there are, then waits for work."""

import os
import signal

from label_studio_sdk import LabelStudio

client = LabelStudio(base_url=os.environ["LABEL_STUDIO_URL"], api_key=os.environ["LABEL_STUDIO_API_KEY"])
print("backend:", len(list(client.projects.list())), "projects", flush=True)
signal.pause()
