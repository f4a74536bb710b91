"""Takes one resource module of cisco.ios through its states on one device, and says what didn't hold.

A module's file (modules/) is a list of scenarios. Of each:

    before     lines that are configured first
    merged, replaced, overridden, deleted
               what the module is given; `config` of deleted may be left out, as in a playbook. A state may stand more
               than once: merged, merged_2, ...
    gathered   inside a state: what is there afterwards, where that isn't what was asked for
    unrendered how lines begin that the module sends, but never renders
    parsed     what is parsed, where that isn't what is gathered; or `unparsed`, what is left out of it
    reads      the show command (or several) whose text `parsed` reads
    keep       inside a state: everything else that is gathered is asked for too, as it is
    again      inside a state, a reason why the module itself sends something every time; then a second run must
               leave the running-config as it is

Of every change: it is one, a second run changes nothing, and what is gathered afterwards is what was asked for. What
is rendered is what merging sends. What is parsed of the device's text is what is gathered. After everything is deleted
there is what there was at the start.
"""

import copy
import json
import os
import re
import traceback

from ansible.module_utils.connection import Connection, ConnectionError
from ansible.plugins.action import ActionBase

# How closely what is gathered is compared: what is asked for is in it; only other things of its kind are beside it;
# nothing else is there.
SOME, OTHERS, ALL = range(3)
EXACT = {"merged": SOME, "replaced": OTHERS}
OF_A_KIND = ("name", "afi", "dest", "route_map", "process_id", "vlan_id")

# What a secret is in a result.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# Of one comparison; what is wrong in one thing is wrong in all of them.
TROUBLES_MAX = 4

CHANGES = ("merged", "replaced", "overridden", "deleted", "purged")


class ActionModule(ActionBase):
    _requires_connection = True

    def run(self, tmp=None, task_vars=None):
        self._vars = task_vars
        self._module = self._task.args["module"]
        self._cells = {}
        for scenario in self._task.args["scenarios"]:
            try:
                self._scenario(scenario)
            except Exception as error:  # One module's end must not be the others'.
                self._note("merged", f"the sweep itself failed: {error!r} {traceback.format_exc()[-500:]}")
                self._leave()
        told = {"module": self._module, "cells": self._cells}
        host = task_vars["inventory_hostname"]
        path = os.path.join(self._task.args["results"], f"{host}-{self._module}.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(told, file)
        return {"changed": False, "failed": False, **told}

    def _scenario(self, scenario):
        if scenario.get("before"):
            self._configure(scenario["before"])
        clean = self._gathered()
        first = next(name for name in scenario if name.startswith("merged"))
        rendered = self._run("rendered", config=scenario[first]["config"])
        self._holds("rendered", rendered)
        for name, step in scenario.items():
            state = name.split("_")[0]
            if state not in CHANGES:
                continue
            sent = self._change(state, step or {})
            if name == first:
                self._agree(rendered.get("rendered") or [], sent, scenario.get("unrendered", "no "))
                self._parsed(scenario)
                self._note("gathered", *([] if self._gathered() else ["nothing"]))
        if "deleted" in scenario and not (scenario["deleted"] or {}).get("config"):
            left = self._gathered()
            if "gathered" not in (scenario["deleted"] or {}):
                self._note("deleted", *differences(clean, left, ALL))
        if scenario.get("after"):
            self._configure(scenario["after"])

    def _change(self, state, step):
        """Runs a change twice; what the first run sent."""
        config = step.get("config")
        if step.get("keep"):
            asked = {entry["name"] for entry in config}
            config = config + [entry for entry in self._gathered() if entry["name"] not in asked]
        arguments = {"config": config} if config is not None else {}
        first = self._run(state, **arguments)
        self._note(state)
        if not self._holds(state, first):
            return []
        if not first.get("changed"):
            self._note(state, "it changed nothing")
        before = self._running() if step.get("again") else None
        second = self._run(state, **arguments)
        if self._holds(state, second) and (second.get("changed") or second.get("commands")):
            new = set(self._running()) ^ set(before) if before else True
            if new:
                self._note(state, f"a second run sends {second.get('commands')}: {new}")
        wanted = step.get("gathered", config if state not in ("deleted", "purged") else None)
        if wanted is not None:
            found = differences(wanted, self._gathered(), EXACT.get(state, ALL))
            if found:
                self._note(state, f"sent {first.get('commands')}", *found)
        return first.get("commands") or []

    def _agree(self, rendered, sent, unrendered):
        """Nothing is sent that isn't rendered; of what is rendered, the device may have something already."""
        self._note("rendered", *([] if rendered else ["nothing"]))
        beside = ("no ", unrendered)
        more = [line for line in sent if line not in rendered and not line.startswith(beside)]
        if more:
            self._note("rendered", f"sent, but not rendered: {more}")

    def _parsed(self, scenario):
        reads = scenario["reads"]
        reads = reads if isinstance(reads, list) else [reads]
        text = "\n".join(self._connection_of().get(command) for command in reads)
        parsed = self._run("parsed", running_config=text)
        self._note("parsed")
        if self._holds("parsed", parsed):
            gathered = scenario.get("parsed", self._gathered())
            if "unparsed" in scenario:
                gathered.pop(scenario["unparsed"])
            self._note("parsed", *differences(gathered, parsed.get("parsed"), ALL))

    def _gathered(self):
        result = self._run("gathered")
        self._note("gathered")
        self._holds("gathered", result)
        return result.get("gathered")

    def _configure(self, lines):
        self._connection_of().edit_config(candidate=[line for line in lines.splitlines() if line.strip()])

    def _running(self):
        """The running-config without its comments: they say when it was changed."""
        lines = self._connection_of().get("show running-config").splitlines()
        return [line for line in lines if not line.startswith(("!", "Current configuration"))]

    def _leave(self):
        """A module that fails leaves the session in configuration mode."""
        try:
            self._connection_of().get("end")
        except ConnectionError:
            pass

    def _connection_of(self):
        return Connection(self._connection.socket_path)

    def _run(self, state, **arguments):
        task = self._task.copy()
        task.action = f"cisco.ios.ios_{self._module}"
        # Modules write into what they are given.
        task.args = {"state": state, **copy.deepcopy(arguments)}
        action = self._shared_loader_obj.action_loader.get(
            "cisco.ios.ios",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        return action.run(task_vars=self._vars)

    def _holds(self, state, result):
        if result.get("failed"):
            told = result.get("module_stderr") or result.get("exception") or ""
            self._note(state, f"{result.get('msg')} {told[-800:]}")
            self._leave()
        return not result.get("failed")

    def _note(self, state, *troubles):
        self._cells.setdefault(state, []).extend(troubles[:TROUBLES_MAX])


def differences(wanted, found, exact, at=""):
    """What of the wanted isn't found; and what is found beyond it.

    Things in a list are compared with what is most like them, for their order is the device's. Something wanted that
    is off or empty may be absent.
    """
    if not some(wanted) and not some(found):
        return []
    if isinstance(wanted, dict) and isinstance(found, dict):
        keys = wanted if exact == SOME else {**wanted, **found}
        told = (differences(wanted.get(key), found.get(key), exact, f"{at}.{key}") for key in keys)
        return [trouble for troubles in told for trouble in troubles]
    if isinstance(wanted, list) and isinstance(found, list):
        told = []
        for index, value in enumerate(wanted):
            likest = (differences(value, other, exact, f"{at}[{index}]") for other in found)
            told += min(likest, key=len, default=[f"{at}[{index}]: no {json.dumps(value)}"])
        more = len(found) > len(wanted) and at
        if more and (exact == ALL or (exact == OTHERS and not of_a_kind(found))):
            told.append(f"{at}: more than asked for: {json.dumps(found)}")
        return told
    return [] if found == HIDDEN or like(wanted) == like(found) else [f"{at}: {json.dumps(found)} instead of {json.dumps(wanted)}"]


def of_a_kind(found):
    return isinstance(found[0], dict) and any(key in found[0] for key in OF_A_KIND)


def some(value):
    return value not in (None, False, "", [], {})


def like(value):
    """Numbers may be words; case, and the blanks that a device adds, don't matter."""
    return re.sub(r"\s+", " ", str(value)).strip().lower()
