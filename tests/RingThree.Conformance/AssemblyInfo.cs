// There is one of each card, and one test at a time drives it.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
