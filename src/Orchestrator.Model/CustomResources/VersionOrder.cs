using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.CustomResources;

/// <summary>Kubernetes' order of API versions, the preferred first: v2, v1, v1beta2, v1beta1, v1alpha1, then others by name.</summary>
public sealed partial class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var (one, other) = (Parse(x ?? ""), Parse(y ?? ""));
        return one is null && other is null ? string.CompareOrdinal(x, y)
            : one is null ? 1
            : other is null ? -1
            : other.Value.CompareTo(one.Value);
    }

    /// <summary>Stability (2 stable, 1 beta, 0 alpha), major, minor.</summary>
    private static (int Stability, long Major, long Minor)? Parse(string version)
    {
        var match = VersionRegex().Match(version);
        if (!match.Success)
        {
            return null;
        }

        var stability = match.Groups["stage"].Value switch { "" => 2, "beta" => 1, _ => 0 };
        return (stability, Number(match.Groups["major"].Value), Number(match.Groups["minor"].Value));
    }

    private static long Number(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^v(?<major>[1-9][0-9]*)((?<stage>alpha|beta)(?<minor>[1-9][0-9]*))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex VersionRegex();
}
