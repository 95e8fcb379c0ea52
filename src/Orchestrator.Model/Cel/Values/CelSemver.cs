using System.Numerics;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.Cel.Values;

/// <summary>A version by semver.org 2.0.0; of equal precedence are those that differ in build metadata only.</summary>
internal sealed partial record CelSemver(BigInteger Major, BigInteger Minor, BigInteger Patch, string Prerelease)
{
    private const int MaxLength = 256;

    /// <summary>Null where the text is none.</summary>
    public static CelSemver? Parse(string text)
    {
        if (text.Length > MaxLength || VersionRegex().Match(text) is not { Success: true } match)
        {
            return null;
        }

        return new CelSemver(Number(match, "major"), Number(match, "minor"), Number(match, "patch"), match.Groups["pre"].Value);
    }

    /// <summary>Less than 0, 0, more than 0.</summary>
    public static int Compare(CelSemver left, CelSemver right)
    {
        int order = left.Major.CompareTo(right.Major);
        order = order != 0 ? order : left.Minor.CompareTo(right.Minor);
        order = order != 0 ? order : left.Patch.CompareTo(right.Patch);
        return order != 0 ? order : ComparePrereleases(left.Prerelease, right.Prerelease);
    }

    private static int ComparePrereleases(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return right.Length.CompareTo(left.Length);
        }

        string[] l = left.Split('.');
        string[] r = right.Split('.');
        for (int i = 0; i < Math.Min(l.Length, r.Length); i++)
        {
            bool isLeftNumber = l[i].All(char.IsAsciiDigit);
            bool isRightNumber = r[i].All(char.IsAsciiDigit);
            int order = (isLeftNumber, isRightNumber) switch
            {
                (true, true) => Integer(l[i]).CompareTo(Integer(r[i])),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(l[i], r[i]),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return l.Length.CompareTo(r.Length);
    }

    private static BigInteger Number(Match match, string group) => Integer(match.Groups[group].Value);

    private static BigInteger Integer(string digits) => BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<major>0|[1-9]\d*)\.(?<minor>0|[1-9]\d*)\.(?<patch>0|[1-9]\d*)(-(?<pre>(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.ECMAScript)]
    private static partial Regex VersionRegex();
}
