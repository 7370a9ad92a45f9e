"""A node that lives until it is killed: up.py FOLDER ARCHIVE…"""

import os
import signal
import sys
from pathlib import Path

from node.node import Node

folder, archives = Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]
Node(folder, os.environ["HOLDFAST_CGROUP"], archives)
(folder / "ready").touch()
signal.pause()
