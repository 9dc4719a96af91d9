namespace RingThree.Memory;

/// <summary>A setting that has a machine start with less memory, and how it is made.</summary>
/// <param name="Name">Which one: <c>memmap</c>, <c>mem</c>, <c>reserved-memory</c>, <c>truncatememory</c>, <c>removememory</c>.</param>
/// <param name="Text">The setting itself, as the system is to get it: <c>memmap=150M$0x74600000</c>.</param>
/// <param name="Steps">What to write where, and what to run, in order; for boot loaders that take a character for their own, as they need it.</param>
/// <param name="Effect">What it does besides, in a sentence.</param>
public sealed record BootSetting(string Name, string Text, IReadOnlyList<string> Steps, string Effect);
