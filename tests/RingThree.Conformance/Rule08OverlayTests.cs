using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>Rule 8: a thread that reads registers in a loop never faults and never hangs, whatever happens to the device.</summary>
public sealed class Rule08OverlayTests : RoadTest
{
    private const uint Id = 0x010000ED;

    [Fact]
    public void Memory_decode_off_reads_all_ones_and_on_again_the_device()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        edu.Liveness.Write(5);
        using var reader = new Reader(() => edu.Identification.Read(), Id);
        for (int i = 0; i < 200; i++)
        {
            device.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
            Assert.Equal(uint.MaxValue, edu.Identification.Read());
            edu.Liveness.Write(99); // goes nowhere
            device.Config.ModifyCommand(PciCommand.None, PciCommand.MemorySpace);
            Assert.Equal(Id, edu.Identification.Read());
            Assert.Equal(~5u, edu.Liveness.Read());
        }

        reader.AssertSawOnlyDeviceAndOnes();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_command_register_is_watched_at_every_width(int width)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        uint command = device.Config.Read32(4);
        void Write(uint value)
        {
            if (width == 1) device.Config.Write8(4, (byte)value);
            else if (width == 2) device.Config.Write16(4, (ushort)value);
            else device.Config.Write32(4, value);
        }

        Write(command & ~2u);
        Assert.Equal(uint.MaxValue, edu.Identification.Read());
        Write(command);
        Assert.Equal(Id, edu.Identification.Read());
    }

    [Fact]
    public void A_reset_reads_all_ones_or_the_device_and_ends()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        Assert.True(device.CanReset);
        Registers.RegisterWindow window = device.Bar(0).Window(0, 0x40);
        var register = new Registers.ReadOnlyRegister<uint>(window, 8);
        uint version = register.Read();
        using var reader = new Reader(register.Read, version);
        for (int i = 0; i < 3; i++) device.Reset();
        Assert.Equal(version, register.Read());
        reader.AssertSawOnlyDeviceAndOnes();
    }

    [Fact]
    public void A_card_without_reset_says_so()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        Assert.False(device.CanReset);
        DeviceException error = Assert.Throws<DeviceException>(device.Reset);
        Assert.Equal(DeviceStatus.NotSupported, error.Status);
    }

    [Fact]
    public void Registers_of_a_closed_device_read_all_ones_for_as_long_as_anyone_holds_them()
    {
        for (int i = 0; i < 10; i++)
        {
            (PciDevice device, EduRegisters edu) = OpenEdu();
            using var reader = new Reader(() => edu.Identification.Read(), Id);
            device.Dispose();
            Assert.Equal(uint.MaxValue, edu.Identification.Read());
            edu.Liveness.Write(1);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(uint.MaxValue, (uint)edu.Status.Read());
            Assert.Equal(uint.MaxValue, device.Config.Read32(8));
            Assert.False(device.IsPresent());
            reader.AssertSawOnlyDeviceAndOnes();
        }
    }

    /// <summary>A thread that reads as fast as it can and remembers what was neither the device nor all ones.</summary>
    internal sealed class Reader : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _stop;
        private long _reads;
        private long _strange = -1;

        internal Reader(Func<uint> read, uint expected)
        {
            _thread = new Thread(() =>
            {
                while (!_stop)
                {
                    uint value = read();
                    if (value != expected && value != uint.MaxValue) Interlocked.CompareExchange(ref _strange, value, -1);
                    Interlocked.Increment(ref _reads);
                }
            })
            { IsBackground = true };
            _thread.Start();
            Machine.Until(() => Interlocked.Read(ref _reads) > 0, "the reader reads");
        }

        internal void AssertSawOnlyDeviceAndOnes()
        {
            long before = Interlocked.Read(ref _reads);
            Machine.Until(() => Interlocked.Read(ref _reads) > before + 10, "the reader still reads");
            Dispose();
            Assert.Equal(-1, Interlocked.Read(ref _strange));
        }

        public void Dispose()
        {
            _stop = true;
            Assert.True(_thread.Join(Machine.Patience), "the reader hangs");
        }
    }
}
