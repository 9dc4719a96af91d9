using Xunit.Sdk;
using Xunit.v3;

namespace RingThree.Conformance;

/// <summary>
/// Tests in an order that xunit's seed gives (the argument <c>:SEED</c>), classes and the tests of each: a test that needs
/// another one before it, or leaves the machine in another state than it found it in, is found, and found again with the same seed.
/// </summary>
public sealed class SeededOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => Shuffle(testCollections, c => c.TestCollectionDisplayName);

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => Shuffle(testCases, c => c.TestCaseDisplayName + c.UniqueID);

    /// <summary>Sorted first, since what xunit found first depends on the run.</summary>
    private static T[] Shuffle<T>(IEnumerable<T> items, Func<T, string> name)
    {
        T[] all = [.. items.OrderBy(name, StringComparer.Ordinal)];
        new Random(Randomizer.Seed).Shuffle(all);
        return all;
    }
}
