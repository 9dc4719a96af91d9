using RingThree.Interop;
using Xunit;

namespace RingThree.Tests;

public sealed class PortInstructionsTests
{
    /// <summary>No test of this program prepares them: it would need the right to use ports.</summary>
    [Fact]
    public void Before_they_are_prepared_they_are_refused()
    {
        foreach (int width in (int[])[1, 2, 4])
        {
            Assert.Throws<InvalidOperationException>(() => PortInstructions.Read(0x80, width));
            Assert.Throws<InvalidOperationException>(() => PortInstructions.Write(0x80, width, 0));
        }
    }
}
