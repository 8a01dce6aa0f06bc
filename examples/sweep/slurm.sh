#!/bin/bash
# One job of an array that runs a sweep, for Slurm:
#
#     sbatch --array=1-32 examples/sweep/slurm.sh SPEC.toml FOLDER [OPTIONS of hesscope sweep]
#
# Job i of 32 runs every 32nd run from the i-th on, in the folder that all jobs share. A job that is killed or runs out of
# time loses nothing: submit the array again, and what is finished is left alone. The number of shards is the largest index
# of the array; to submit some of its jobs again give it, as in
#
#     HESSCOPE_SHARDS=32 sbatch --array=3,17 examples/sweep/slurm.sh SPEC.toml FOLDER
#
# With HESSCOPE_SHARDS=none there are no shards, and every job takes whatever run is next.
#
#SBATCH --job-name=hesscope-sweep
#SBATCH --output=hesscope-sweep-%A_%a.log
#SBATCH --time=24:00:00
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
##SBATCH --gres=gpu:1

set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: sbatch --array=1-N $0 SPEC.toml FOLDER [OPTIONS of hesscope sweep]" >&2
    exit 2
fi
if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    echo "$0: this is no job of an array: submit it with sbatch --array=1-N" >&2
    exit 2
fi
spec=$1
folder=$2
shift 2

shards=${HESSCOPE_SHARDS:-$SLURM_ARRAY_TASK_MAX}
share=()
if [ "$shards" != none ]; then
    share=(--shard "$SLURM_ARRAY_TASK_ID/$shards")
fi

# A job does not wait for runs that others are at work on: its place is wanted.
exec "${HESSCOPE:-hesscope}" sweep "$spec" --out "$folder" --no-wait "${share[@]}" "$@"
