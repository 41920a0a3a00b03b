"""Runs a script with FSDP on CPUs: accelerate 1.15 turns FSDP on for GPUs and their like only, though PyTorch shards on
CPUs too. Several CPU processes are called several GPUs, and nothing else changes."""

import runpy
import sys

from accelerate.state import PartialState
from accelerate.utils import DistributedType

inner = PartialState.__init__


def several_cpus_are_several_gpus(self, *arguments, **named):
    inner(self, *arguments, **named)
    if self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.MULTI_GPU


PartialState.__init__ = several_cpus_are_several_gpus
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
