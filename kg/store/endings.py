"""The errors for queries that did not come to their end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from kg.errors import (
    BusyError,
    KGError,
    NotFoundError,
    QueryTimeoutError,
    QueryTooLargeError,
    StoreError,
    StoreUnreachableError,
    TooManyRequestsError,
)


def no_spawner() -> StoreUnreachableError:
    """The error when no worker can be made any more."""
    return StoreUnreachableError(
        "Query workers cannot be started.",
        zh="无法启动查询进程。",
        hint="Restart the service.",
        hint_zh="请重启服务。",
    )


def busy() -> BusyError:
    """The error when the queue is full."""
    return BusyError(
        "The service is busy; no place is free in the queue.",
        zh="服务繁忙，队列已满。",
        hint="Try again after the time given.",
        hint_zh="请稍后重试。",
        context={"retry_after_s": 2},
    )


def too_many(limit: int) -> TooManyRequestsError:
    """The error when one client asks for too much at once."""
    return TooManyRequestsError(
        f"You have {limit} queries running or waiting already.",
        zh=f"您已有 {limit} 个查询在运行或等待。",
        hint="Wait for an answer before you ask again.",
        hint_zh="请等待已有查询返回后再试。",
        context={"retry_after_s": 2, "max_per_client": limit},
    )


def timed_out(timeout_s: float, *, busy_service: bool = False) -> QueryTimeoutError:
    """The error when the time is over."""
    when = " because others were waiting" if busy_service else ""
    when_zh = "（因其他请求正在等待）" if busy_service else ""
    return QueryTimeoutError(
        f"The query was stopped after {timeout_s:g} s{when}.",
        zh=f"查询在 {timeout_s:g} 秒后被终止{when_zh}。",
        hint="Name more of what you look for, or ask for fewer rows.",
        hint_zh="请增加限定条件，或减少返回行数。",
        context={"timeout_s": timeout_s},
    )


def died(status: int | None, max_memory_bytes: int) -> KGError:
    """The error for a query whose worker died."""
    if status is not None and os.WIFSIGNALED(status):
        killed_by = os.WTERMSIG(status)
        if killed_by == signal.SIGSEGV:
            return QueryTooLargeError(
                "The query is too deep for the engine.",
                zh="查询结构过深，引擎无法处理。",
                hint="Write it with fewer operators in a row.",
                hint_zh="请减少连续的运算符或嵌套。",
            )
        if killed_by in {signal.SIGABRT, signal.SIGKILL, signal.SIGBUS}:
            return QueryTooLargeError(
                f"The query needs more memory than {max_memory_bytes:,} bytes.",
                zh=f"查询所需内存超过 {max_memory_bytes:,} 字节。",
                hint="Sort, group or join fewer rows.",
                hint_zh="请减少排序、分组或连接的行数。",
                context={"max_memory_bytes": max_memory_bytes},
            )
    return StoreError(
        "The query worker ended without an answer.",
        zh="查询进程意外结束。",
        hint="Try again; tell the operator if it happens again.",
        hint_zh="请重试；若再次发生请联系运维人员。",
    )


def no_graph(graph: str) -> NotFoundError:
    """The error for a graph that is not there."""
    return NotFoundError(
        f"There is no graph <{graph}>.",
        zh=f"没有图 <{graph}>。",
        hint="SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } lists them.",
        hint_zh="用 SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } 列出所有图。",
    )


def no_folder(root: Path, exc: OSError) -> StoreUnreachableError:
    """The error when the folder of a store cannot be used."""
    return StoreUnreachableError(
        f"The store at {root} cannot be used: {exc}",
        zh=f"无法使用位于 {root} 的存储：{exc}",
        hint="Set KG_STORE to a folder this user may write.",
        hint_zh="请将 KG_STORE 设为可写的目录。",
    )
