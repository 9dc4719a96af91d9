using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// Hands functions to a driver and back, and keeps in files what they had before: what was handed over by a program that
/// then crashed, at whatever step, is given back by the next one. The files are gone with the next boot, as the bindings are.
/// </summary>
/// <remarks>
/// What is kept counts while the function has a driver_override that was written here, which is done after it was kept; it is
/// what it was before again before what is kept is dropped. A function without one, or with another program's, was never touched,
/// has been given back, or has come anew in the place of the one that was bound.
/// </remarks>
public sealed class BindingHistory
{
    // A file has the driver's name, then a line for the driver_override that was there, if any, and one for each written since.
    private const string NoDriver = "-";
    private const string Was = "was ";
    private const string Wrote = "wrote ";
    private readonly string _folder;
    private readonly string _locks;
    private readonly DriverBinding _binding;

    /// <summary>The machine's, below /run.</summary>
    public BindingHistory()
        : this("/run/ringthree/bindings", new DriverBinding(), "/run/ringthree/locks")
    {
    }

    internal BindingHistory(string folder, DriverBinding binding, string locks)
    {
        _folder = folder;
        _binding = binding;
        _locks = locks;
    }

    /// <summary>How long another program that changes the same function's driver is waited for.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Fails as <see cref="Bind"/> would before it changes anything.</summary>
    /// <exception cref="DeviceException">The function is not there, or that driver never takes it.</exception>
    public void Check(PciAddress address, string driver) => _binding.Check(address.ToString(), driver);

    /// <summary>Whether a function has been handed over and not given back.</summary>
    public bool IsBound(PciAddress address) => Kept(address.ToString()) is not null;

    /// <summary>Hands a function to a driver. What it had before the first time is kept.</summary>
    /// <exception cref="DeviceException">
    /// What it had cannot be kept, and nothing has changed; or the kernel refused, and the function has what it had. If the kernel
    /// refused that too, what it had stays kept, and <see cref="GiveBack"/> tries it again.
    /// </exception>
    public void Bind(PciAddress address, string driver)
    {
        string place = address.ToString();
        _binding.Check(place, driver);
        using IDisposable turn = BindingLock.Take(_locks, place, "keeping which driver it has", Patience, _binding.CommandFor(place, driver));
        string? former = _binding.GetDriver(place);
        string? formerOverride = _binding.OverrideOf(place);
        Former? kept = Kept(place);
        // With the driver that it is to have, only another program's driver_override is to be written over.
        bool isFirst = kept is null && (former != driver || (formerOverride is not null && formerOverride != driver));
        string command = _binding.CommandFor(place, driver);
        if (isFirst) Keep(place, (former ?? NoDriver) + (formerOverride is null ? "" : $"\n{Was}{formerOverride}") + $"\n{Wrote}{driver}", File.WriteAllText, command);
        else if (kept is not null && !kept.Written.Contains(driver)) Keep(place, $"\n{Wrote}{driver}", File.AppendAllText, command);
        try
        {
            _binding.Change(place, driver, command, keepsMark: true);
        }
        catch
        {
            // One that could not be handed back either is still to be given back to what it had.
            if (isFirst && IsAs(place, former, formerOverride)) Forget(place);
            throw;
        }
    }

    /// <summary>Gives a function back to the driver and the driver_override it had before <see cref="Bind"/>; to none when it is not known to have been bound here.</summary>
    /// <param name="address">The function.</param>
    /// <param name="letKernelChoose">Of a function that is not known to have been bound here: whether the kernel is to choose it a driver. Right for one that was bound as the machine started.</param>
    /// <remarks>One that has come anew since it was bound is left with the driver that the kernel gave it.</remarks>
    /// <exception cref="DeviceException">The kernel refused, or the function is gone, and what was kept of it with it.</exception>
    public void GiveBack(PciAddress address, bool letKernelChoose = false)
    {
        string place = address.ToString();
        if (!_binding.IsThere(place))
        {
            Forget(place);
            throw DriverBinding.NotThere(place, DriverBinding.Taking);
        }

        using IDisposable turn = BindingLock.Take(_locks, place, DriverBinding.Taking, Patience, _binding.CommandFor(place, null));
        if (Kept(place) is { } former) _binding.Return(place, former.Driver, former.Override);
        else if (letKernelChoose) _binding.LetKernelChoose(place);
        else if (!File.Exists(FileOf(place))) _binding.SetDriver(place, null);
        Forget(place);
    }

    /// <summary>Whether the function has this driver and this driver_override, or is gone and has nothing to be given back to.</summary>
    private bool IsAs(string place, string? driver, string? driverOverride) =>
        !_binding.IsThere(place) || (_binding.GetDriver(place) == driver && _binding.OverrideOf(place) == driverOverride);

    /// <summary>What is kept of a function and counts; a program that was killed while it kept it has left an empty file.</summary>
    private Former? Kept(string place)
    {
        if (SysfsPci.ReadText(FileOf(place)) is not { Length: > 0 } text || _binding.OverrideOf(place) is not { } mark) return null;
        string[] lines = text.Split('\n');
        string? driver = lines[0] == NoDriver ? null : lines[0];
        string[] written = [.. lines.Where(l => l.StartsWith(Wrote, StringComparison.Ordinal)).Select(l => l[Wrote.Length..])];
        // The former driver's name is written to hand it back. A file of an earlier version does not say what was written.
        return written.Length == 0 || written.Contains(mark) || mark == driver
            ? new Former(driver, lines.FirstOrDefault(l => l.StartsWith(Was, StringComparison.Ordinal))?[Was.Length..], written)
            : null;
    }

    private void Keep(string place, string text, Action<string, string> write, string command)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            write(FileOf(place), text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, place, "keeping which driver it has", error.Message, $"Run it as root: sudo {command}", error);
        }
    }

    private void Forget(string place)
    {
        if (File.Exists(FileOf(place))) File.Delete(FileOf(place)); // else there may not even be a folder
    }

    private string FileOf(string place) => Path.Combine(_folder, place);

    /// <summary>What a function had, and which driver_overrides it was given since.</summary>
    private sealed record Former(string? Driver, string? Override, string[] Written);
}
