using System.Collections.Frozen;
using Orchestrator.Model.Cel.Types;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>All functions by name: the standard ones (cel-spec, "List of Standard Definitions") and those that Kubernetes adds ("CEL in Kubernetes").</summary>
internal static class CelLibrary
{
    private static readonly FrozenDictionary<string, CelOverload[]> Functions = Load();

    /// <summary>The overloads of a name; none for an unknown one.</summary>
    public static IReadOnlyList<CelOverload> Of(string function) => Functions.GetValueOrDefault(function) ?? [];

    private static FrozenDictionary<string, CelOverload[]> Load()
    {
        List<(string, CelFunction)> all =
        [
            .. ArithmeticFunctions.All, .. ComparisonFunctions.All, .. ConversionFunctions.All, .. StringFunctions.All, .. PatternFunctions.All,
            .. ListFunctions.All, .. SetFunctions.All, .. TimeFunctions.All, .. OptionalFunctions.All, .. QuantityFunctions.All, .. UrlFunctions.All,
            .. AddressFunctions.All, .. SemverFunctions.All, .. FormatFunctions.All,
        ];
        return all
            .Select(f => new CelOverload(CelSignature.Parse(f.Item1), f.Item2))
            .GroupBy(o => o.Signature.Function, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }
}
