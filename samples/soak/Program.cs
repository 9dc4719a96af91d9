// A driver's mistake, found by trying orders of events from seeds, and found again from the seed alone.
using RingThree.Pci;
using RingThree.Samples.Soak;
using RingThree.Simulation;

TimeSpan time = TimeSpan.FromSeconds(args is [var seconds] && double.TryParse(seconds, out double s) && s is > 0 and < 3600 ? s : 3);

static Func<SeededWorld, Task> Test(bool careless) => async world =>
{
    using SimulatedHost host = world.NewHost().Add(new AdcCard());
    using PciDevice card = host.Open(new PciId(0x10EE, 0x0ADC));
    using var driver = new AdcDriver(card, careless);
    for (uint channel = 0; channel < 4; channel++)
    {
        uint value = await driver.ConvertAsync(channel).WaitAsync(TimeSpan.FromSeconds(1), world.Time);
        if (value != 1000 + channel) throw new InvalidOperationException($"Channel {channel} gave {value}.");
    }
};

SoakResult careless = SeededRun.Soak(Test(careless: true), TimeSpan.FromMinutes(1)); // at most: it ends with the first failure
Console.WriteLine(careless.Failure is { } failure
    ? $"careless driver: seed {failure.Seed} fails, after {careless.Seeds} that did not: {failure.InnerException!.Message}"
    : $"careless driver: {careless.Seeds} seeds, none failed");
if (careless.Failure is not null)
{
    string again = Catch(() => SeededRun.Replay(careless.Failure.Seed, Test(careless: true)));
    Console.WriteLine($"the same seed again: {(again == careless.Failure.Message ? "the same failure, step for step" : again)}");
}

SoakResult careful = SeededRun.Soak(Test(careless: false), time);
Console.WriteLine(careful.Failure?.Message ?? $"careful driver: {careful.Seeds:N0} seeds in {careful.Time.TotalSeconds:0.0} s ({careful.Seeds / careful.Time.TotalMinutes:N0} a minute), none failed");
return careless.Failure is not null && careful.Failure is null ? 0 : 1;

static string Catch(Action action)
{
    try
    {
        action();
        return "it did not fail";
    }
    catch (SeedFailedException error)
    {
        return error.Message;
    }
}
