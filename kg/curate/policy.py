"""What a write must conform to before it counts, graph by graph.

``reject`` refuses a write after which a thing of the changed graph violates a
shape or a check; ``warn`` counts the violations; ``off`` does not look.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg import vocab
from kg.errors import ConfigError, ValidationError
from kg.model import Iri, Triple

if TYPE_CHECKING:
    from kg.curate.validation import Validator, Violation

POLICIES: Final = ("reject", "warn", "off")
_SHOWN: Final = 20
_NEIGHBOURS: Final = 2000
Describe = Callable[[Sequence[str]], list[Triple]]


class Policy:
    """Checks writes.

    Args:
        ontology: folder with shapes and checks; read at the first write.
        describe: gives the triples about some IRIs as they are now, so that a
            graph may speak of things of other graphs.
        entries: ``IRI=policy``; an IRI that ends in ``*`` stands for all that
            begin so. The longest that fits counts.

    Raises:
        ConfigError: if an entry has another policy.
    """

    def __init__(
        self, ontology: Path, describe: Describe, entries: Sequence[str] = ()
    ) -> None:
        self._ontology = ontology
        self._describe = describe
        self._entries = dict(_read(entry) for entry in entries)
        self._lock = threading.Lock()
        self._validator: Validator | None = None
        self._local = threading.local()

    def policy_of(self, graph: str) -> str:
        """The policy for a graph; ``off`` if no entry fits."""
        if graph in self._entries:
            return self._entries[graph]
        fitting = [
            pattern
            for pattern in self._entries
            if pattern.endswith("*") and graph.startswith(pattern[:-1])
        ]
        return self._entries[max(fitting, key=len)] if fitting else "off"

    def check(self, graphs: Mapping[str, Sequence[Triple]]) -> None:
        """Look at what each changed graph would hold (see ``kg.store.base.Check``).

        Raises:
            ValidationError: if a graph with the policy ``reject`` violates.
        """
        self._local.warnings = 0
        for graph, triples in graphs.items():
            policy = self.policy_of(graph)
            if policy == "off" or not triples:
                continue
            found = self._violations(triples)
            if found and policy == "reject":
                raise _rejected(graph, found)
            self._local.warnings += len(found)

    def take_warnings(self) -> int:
        """Violations of the last write of this thread that were let through."""
        count = int(getattr(self._local, "warnings", 0))
        self._local.warnings = 0
        return count

    def _violations(self, triples: Sequence[Triple]) -> list[Violation]:
        with self._lock:
            if self._validator is None:
                from kg.curate.validation import Validator  # pySHACL: a second

                self._validator = Validator(self._ontology)
        own = {str(subject) for subject, _, _ in triples}
        named = {
            str(thing)
            for _, _, thing in triples
            if isinstance(thing, Iri) and thing.value.startswith(vocab.ID)
        }
        others = self._describe(sorted(named - own)[:_NEIGHBOURS])
        found = self._validator.violations([*triples, *others])
        return [v for v in found if not v.focus or v.focus in own]


def _read(entry: str) -> tuple[str, str]:
    pattern, _, policy = entry.rpartition("=")
    if not pattern or policy not in POLICIES:
        raise ConfigError(
            f"shacl: {entry!r} needs the form IRI=policy.",
            zh=f"shacl：{entry!r} 的格式应为 IRI=策略。",
            hint="Policies are " + ", ".join(POLICIES) + ".",
            hint_zh="策略有：" + "、".join(POLICIES) + "。",
        )
    return pattern, policy


def _rejected(graph: str, found: Sequence[Violation]) -> ValidationError:
    count = len(found)
    return ValidationError(
        f"{count} violation(s) in <{graph}>; nothing was changed."
        f" First: {found[0].text('en')}",
        zh=f"<{graph}> 中有 {count} 处不合规，数据未变。首条：{found[0].text('zh')}",
        hint="Correct the data, or ask the operator to set the policy of this graph.",
        hint_zh="请修正数据，或由运维人员调整该图的校验策略。",
        link="https://www.w3.org/TR/shacl/",
        context={
            "violations": [
                {"rule": v.rule, "focus": v.focus, "path": v.path, "message": v.message}
                for v in found[:_SHOWN]
            ],
            "count": len(found),
        },
    )
