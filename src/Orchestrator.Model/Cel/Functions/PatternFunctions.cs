using System.Text.RegularExpressions;
using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Regular expressions, in RE2's syntax and linear in time.</summary>
internal static class PatternFunctions
{
    private const int MaxPatternLength = 4096;

    // What compiling a pattern costs that the expression makes as it runs; the others are compiled with their expression.
    private const int CompilationCost = 200;

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("matches(string, string): bool", Matches),
        ("string.matches(string): bool", Matches),
        ("string.find(string): string", (a, b) => Compile(a, b, out Regex? regex) ?? (object)regex!.Match((string)a[0]!).Value),
        ("string.findAll(string): list<string>", (a, b) => FindAll(a, int.MaxValue, b)),
        ("string.findAll(string, int): list<string>", (a, b) => FindAll(a, (long)a[2]!, b)),
    ];

    private static object? Matches(object?[] a, CelBudget budget) => Compile(a, budget, out Regex? regex) ?? (object)regex!.IsMatch((string)a[0]!);

    private static object? FindAll(object?[] a, long limit, CelBudget budget)
    {
        if (Compile(a, budget, out Regex? regex) is { } fault)
        {
            return fault;
        }

        List<object?> found = [];
        for (Match match = regex!.Match((string)a[0]!); match.Success && (limit < 0 || found.Count < limit) && budget.SpendText(match.Length); match = match.NextMatch())
        {
            found.Add(match.Value);
        }

        return new CelArray(found);
    }

    /// <summary>A pattern that stands in the expression; null with the fault.</summary>
    public static Regex? Precompile(string pattern, out string fault)
    {
        fault = pattern.Length > MaxPatternLength ? $"the regular expression is longer than {MaxPatternLength} characters" : "";
        return fault.Length == 0 ? GoPattern.TryCompile(pattern, out fault) : null;
    }

    /// <summary>The error; null with the pattern where there is none.</summary>
    private static CelError? Compile(object?[] a, CelBudget budget, out Regex? regex)
    {
        regex = a[1] as Regex;
        string pattern = regex?.ToString() ?? (string)a[1]!;
        long text = ((string)a[0]!).Length;
        if (!budget.Spend((regex is null ? CompilationCost + pattern.Length : 1) + ((text + 1) * (1 + (pattern.Length / 4)) / 10)))
        {
            return CelError.NoOverload;
        }

        string fault = "";
        regex ??= Precompile(pattern, out fault);
        return regex is null ? new CelError(fault) : null;
    }
}
