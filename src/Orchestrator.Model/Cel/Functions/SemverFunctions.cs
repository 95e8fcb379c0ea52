using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Versions (Kubernetes' semver library).</summary>
internal static class SemverFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("semver(string): Semver", (a, _) => CelSemver.Parse((string)a[0]!) as object ?? new CelError("no semantic version")),
        ("isSemver(string): bool", (a, _) => CelSemver.Parse((string)a[0]!) is not null),
        ("Semver.major(): int", (a, _) => Part(Of(a[0]).Major)),
        ("Semver.minor(): int", (a, _) => Part(Of(a[0]).Minor)),
        ("Semver.patch(): int", (a, _) => Part(Of(a[0]).Patch)),
        ("Semver.isLessThan(Semver): bool", (a, _) => CelSemver.Compare(Of(a[0]), Of(a[1])) < 0),
        ("Semver.isGreaterThan(Semver): bool", (a, _) => CelSemver.Compare(Of(a[0]), Of(a[1])) > 0),
        ("Semver.compareTo(Semver): int", (a, _) => (long)Math.Sign(CelSemver.Compare(Of(a[0]), Of(a[1])))),
    ];

    private static CelSemver Of(object? value) => (CelSemver)value!;

    private static object Part(System.Numerics.BigInteger number) => number <= long.MaxValue ? (long)number : new CelError("integer overflow");
}
