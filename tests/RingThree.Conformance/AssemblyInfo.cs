// There is one of each card, and one test at a time drives it.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]

// It leaves the card as it found it, so any order will do; the seed is the caller's.
[assembly: Xunit.TestCollectionOrderer(typeof(RingThree.Conformance.SeededOrder))]
[assembly: Xunit.TestCaseOrderer(typeof(RingThree.Conformance.SeededOrder))]
