"""A small simulator of a cluster, written apart from the engine and as plainly as the rules allow.

Time goes in whole seconds. In one second ends come first, then submissions in the order of the trace, then one look at
the queue. Jobs are (submit, run, estimate, width); processors are alike and counted (`nodes` of one processor each), or
nodes have `per_node` processors: then up to a node's worth goes to the node with the least free processors that suffice
(lowest number first), and more takes wholly free nodes, and for a remainder the best-fitting one.
"""

import bisect


class Cluster:
    """Who holds what. With one processor a node this is a count; otherwise nodes are followed one by one."""

    def __init__(self, nodes, per_node):
        self.per_node = per_node
        self.free = [per_node] * nodes

    def choose(self, width):
        """Nodes and processors of each, or None if the job does not fit."""
        whole, rest = divmod(width, self.per_node)
        open_nodes = [n for n, f in enumerate(self.free) if f == self.per_node]
        if len(open_nodes) < whole:
            return None
        taken = open_nodes[:whole]
        given = [(n, self.per_node) for n in taken]
        if rest:
            candidates = [(f, n) for n, f in enumerate(self.free) if f >= rest and n not in taken]
            # a wholly free node is opened only where one is left beside those the gang takes
            if not candidates:
                return None
            given.append((min(candidates)[1], rest))
        return given

    def take(self, given):
        for node, count in given:
            self.free[node] -= count

    def give(self, given):
        for node, count in given:
            self.free[node] += count


def simulate(jobs, nodes, per_node, policy):
    """Start of each job. policy: fcfs | sjf | easy | easy-clairvoyant | conservative (the last three with per_node 1)."""
    cluster = Cluster(nodes, per_node)
    start = [None] * len(jobs)
    running = []                 # (end, job, given)
    queue = []                   # job numbers in order of the policy
    order = sorted(range(len(jobs)), key=lambda j: jobs[j][0])
    expected = (lambda j: jobs[j][1]) if policy.endswith("clairvoyant") else (lambda j: jobs[j][2] if jobs[j][2] >= 0 else jobs[j][1])
    rank = (lambda j: (expected(j), jobs[j][0], j)) if policy.startswith("sjf") else (lambda j: (jobs[j][0], j))
    policy = policy.replace("-clairvoyant", "")
    coming = 0

    def begin(j, now):
        given = cluster.choose(jobs[j][3])
        if given is None:
            return False
        cluster.take(given)
        start[j] = now
        running.append((now + jobs[j][1], j, given))
        queue.remove(j)
        return True

    def ends_expected(now):
        return sorted((max(now, start[j] + expected(j)), sum(c for _, c in given)) for _, j, given in running)

    def easy(now):
        while queue and begin(queue[0], now):
            pass
        if not queue:
            return
        head = queue[0]
        free = sum(cluster.free)
        shadow = None
        for end, width in ends_expected(now):
            if shadow is not None and end > shadow:
                break
            free += width
            if shadow is None and free >= jobs[head][3]:
                shadow = end
        extra = free - jobs[head][3]
        for j in list(queue[1:]):
            late = now + expected(j) > shadow
            if late and jobs[j][3] > extra:
                continue
            if begin(j, now) and late:
                extra -= jobs[j][3]

    def conservative(now):
        # free processors from each time on
        times, free = [now], [sum(cluster.free)]
        for end, width in ends_expected(now):
            end = max(end, now + 1)
            if end != times[-1]:
                times.append(end)
                free.append(free[-1])
            free[-1] += width
        for j in list(queue):
            width, length = jobs[j][3], max(1, expected(j))
            at = next(i for i in range(len(times))
                      if all(free[k] >= width for k in range(i, len(times)) if times[k] < times[i] + length))
            begins = times[at]
            if begins == now:
                assert begin(j, now)
            until = begins + length
            last = bisect.bisect_left(times, until)
            if last == len(times) or times[last] != until:
                times.insert(last, until)
                free.insert(last, free[last - 1])
            for k in range(at, last):
                free[k] -= width

    while coming < len(order) or running:
        now = jobs[order[coming]][0] if coming < len(order) else min(r[0] for r in running)
        if running:
            now = min(now, min(r[0] for r in running))
        for done in [r for r in running if r[0] == now]:
            running.remove(done)
            cluster.give(done[2])
        while coming < len(order) and jobs[order[coming]][0] == now:
            bisect.insort(queue, order[coming], key=rank)
            coming += 1
        if policy == "easy":
            easy(now)
        elif policy == "conservative":
            conservative(now)
        else:
            while queue and begin(queue[0], now):
                pass
    return start


def waits(jobs, start):
    """Mean wait and mean bounded slowdown (10 s)."""
    n = len(jobs)
    wait = sum(s - j[0] for s, j in zip(start, jobs)) / n
    slow = sum(max(1, (s - j[0] + j[1]) / max(j[1], 10)) for s, j in zip(start, jobs)) / n
    return wait, slow
