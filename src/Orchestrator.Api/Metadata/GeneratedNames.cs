namespace Orchestrator.Api.Metadata;

/// <summary>Names from generateName: the prefix and five random characters, without vowels and look-alikes so that no words appear.</summary>
internal sealed class GeneratedNames(Random random)
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int MaxPrefixLength = 63 - SuffixLength;

    private readonly Lock _lock = new();

    public string Next(string prefix)
    {
        Span<char> suffix = stackalloc char[SuffixLength];
        lock (_lock)
        {
            random.GetItems(Alphabet, suffix);
        }

        return string.Concat(prefix.AsSpan(0, Math.Min(prefix.Length, MaxPrefixLength)), suffix);
    }
}
