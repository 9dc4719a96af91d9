using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// Hands functions to a driver and back, and keeps in files what they had before: what was handed over by a program that
/// then crashed is given back by the next one. The files are gone with the next boot, as the bindings are.
/// </summary>
public sealed class BindingHistory
{
    private const string NoDriver = "-";
    private readonly string _folder;
    private readonly DriverBinding _binding;

    /// <summary>The machine's, below /run.</summary>
    public BindingHistory()
        : this("/run/ringthree/bindings", new DriverBinding())
    {
    }

    internal BindingHistory(string folder, DriverBinding binding)
    {
        _folder = folder;
        _binding = binding;
    }

    /// <summary>Hands a function to a driver. What it had before the first time is kept.</summary>
    /// <exception cref="DeviceException">The kernel refused, or what it had cannot be kept; then nothing has changed.</exception>
    public void Bind(PciAddress address, string driver)
    {
        string place = address.ToString();
        string? former = _binding.GetDriver(place);
        if (former == driver) return;
        bool isFirst = !File.Exists(FileOf(place));
        if (isFirst) Keep(place, former);
        try
        {
            _binding.SetDriver(place, driver);
        }
        catch
        {
            if (isFirst) File.Delete(FileOf(place));
            throw;
        }
    }

    /// <summary>Gives a function back to the driver it had before <see cref="Bind"/>; to none when it is not known to have been bound here.</summary>
    /// <exception cref="DeviceException">The kernel refused.</exception>
    public void GiveBack(PciAddress address)
    {
        string place = address.ToString();
        string? former = SysfsPci.ReadText(FileOf(place));
        if (former is null or NoDriver) _binding.SetDriver(place, null);
        else _binding.Return(place, former);
        if (former is not null) File.Delete(FileOf(place)); // else there may not even be a folder
    }

    private void Keep(string place, string? driver)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllText(FileOf(place), driver ?? NoDriver);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, place, "keeping which driver it has", error.Message, $"Run it as root: sudo ring3 bind {place}", error);
        }
    }

    private string FileOf(string place) => Path.Combine(_folder, place);
}
