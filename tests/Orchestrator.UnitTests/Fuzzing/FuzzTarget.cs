namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>A parser under fuzzing.</summary>
/// <param name="Name">For reports and for choosing it.</param>
/// <param name="Seeds">Valid inputs, which are mutated.</param>
/// <param name="Mutate">Makes an input of two seeds.</param>
/// <param name="Run">
/// Parses the input. What is no input is refused as the server refuses it, by the exceptions and errors it answers with; any other exception is a find. So is
/// one of its own, where what was parsed does not hold what it must.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Func<Random, byte[], byte[], byte[]> Mutate, Action<byte[]> Run)
{
    public override string ToString() => Name;
}
