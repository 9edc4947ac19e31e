"""The scripts of docs/cluster.md, run as they stand there but for names of folders and hosts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.archive.archive import Archive
from migrator.archive.life import union

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed; it comes with DBOS")

PAGE = (Path(__file__).parents[2] / "docs/cluster.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
XARGS, PARALLEL, SLURM = SCRIPTS
(MANIFEST,) = [
    yaml.safe_load(one)
    for one in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
CONTAINER = MANIFEST["spec"]["template"]["spec"]["containers"][0]


@pytest.fixture
def sh(cohort, tmp_path, monkeypatch):
    """Run a script, also several at once; badgr:eu is the cohort's backpack there."""
    tools = tmp_path / "bin"
    tools.mkdir()
    ours = f'#!/bin/sh\nexec "{sys.executable}" -m migrator "$@"\n'
    for name, text in (("badge-migrator", ours), ("srun", '#!/bin/sh\nexec "$@"\n')):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (tmp_path / "badges").mkdir()
    shutil.copy(cohort.path, tmp_path / "badges")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    def run(script, variable="X", values=("1",), shell="sh"):
        started = [
            subprocess.Popen(
                [shell, "-c", script.replace("badgr:eu", cohort.to)],
                env={**os.environ, "PATH": path, "HOME": str(tmp_path), variable: value},
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for value in values
        ]
        said = [one.communicate(timeout=60)[0] for one in started]
        assert [one.returncode for one in started] == [0] * len(started), said
        return "\n".join(said)

    return run


def joined(cohort, folder):
    with Archive.open(cohort.path) as archive:
        for path in sorted(folder.glob("shard-*.db")):
            union.join(archive, path, lambda _: None)


@pytest.mark.parametrize("tool", ["xargs", "parallel"])
def test_shards_on_one_archive_by_a_tool_of_the_system(cohort, sh, tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed; apt-get install {tool}")
    script = {"xargs": XARGS, "parallel": PARALLEL}[tool]
    said = sh(script.replace("seq 20", "seq 2").replace("/20", "/2"))
    assert said.count("Shard ") == 2
    assert cohort.arrived() == cohort.badges
    assert cohort.states() == {"done": cohort.badges}


def test_the_slurm_script_pushes_a_copy_for_each_task_and_merged_they_say_all(cohort, sh, tmp_path):
    shards = re.search(r"^SHARDS=(\d+)$", SLURM, re.MULTILINE)[1]
    assert f"#SBATCH --array=1-{shards}\n" in SLURM
    script = SLURM.replace(f"SHARDS={shards}", "SHARDS=2")
    sh(script, "SLURM_ARRAY_TASK_ID", ("1", "2"), "bash")
    assert cohort.arrived() == cohort.badges
    joined(cohort, tmp_path / "badges/results")
    assert cohort.states() == {"done": cohort.badges}


def test_the_kubernetes_job_has_a_shard_for_each_index(cohort, sh, tmp_path):
    spec = MANIFEST["spec"]
    (script,) = CONTAINER["args"]
    assert spec["completionMode"] == "Indexed"
    assert f'"$JOB_COMPLETION_INDEX/{spec["completions"]}"' in script
    assert f"--side-by-side {spec['parallelism']}" in script
    mounted = {one["mountPath"] for one in CONTAINER["volumeMounts"]}
    assert mounted == {"/archive", "/results"}
    (tmp_path / "results").mkdir()
    script = script.replace("/archive/", f"{tmp_path}/").replace(
        "/results/", f"{tmp_path}/results/"
    )
    script = script.replace("INDEX/4", "INDEX/2")
    sh(script, "JOB_COMPLETION_INDEX", ("0",))
    assert 0 < cohort.arrived() < cohort.badges
    # The next pod goes on with the copy, and has nothing to send.
    sh(script, "JOB_COMPLETION_INDEX", ("0",))
    first = cohort.arrived()
    joined(cohort, tmp_path / "results")
    assert cohort.states() == {"done": first, "planned": cohort.badges - first}
