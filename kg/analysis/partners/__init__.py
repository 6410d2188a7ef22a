"""Who could be a partner of whom, why, and how good the advice is.

``score`` ranks candidates by named parts, whatever they are computed from.
``records``, ``history``, ``activity``, ``affinity`` compute parts from dated
projects with participants (the yardstick's shape); ``tune`` chooses their
weights on earlier time splits; ``protocol`` and ``baselines`` measure.
"""
