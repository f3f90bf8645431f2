# SPDX-License-Identifier: MIT
"""The service behind the app: asks it once a minute and prints what it says.

It has no token of its own. Compose starts it when the app is healthy, so its first question is answered.
"""

import json
import time
import urllib.error
import urllib.request

APP = "http://app:8000/projects"
PAUSE = 60  # seconds


def ask() -> str:
    try:
        with urllib.request.urlopen(APP, timeout=15) as answer:
            return f"{len(json.load(answer)['projects'])} projects"
    except urllib.error.HTTPError as error:
        return json.load(error)["error"]
    except OSError as error:
        return f"the app does not answer: {error}"


if __name__ == "__main__":
    while True:
        print("report:", ask(), flush=True)
        time.sleep(PAUSE)
