using System.Globalization;
using Orchestrator.Model.Cel.Syntax;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel;

/// <summary>
/// An expression of the Common Expression Language, compiled. Immutable; evaluated by any number of threads at once.
/// The language: https://github.com/google/cel-spec, with what Kubernetes adds: https://kubernetes.io/docs/reference/using-api/cel/.
/// </summary>
internal sealed class CelProgram
{
    private readonly CelNode _root;
    private readonly HashSet<string> _names;

    private CelProgram(CelNode root, CelType type)
    {
        _root = root;
        Type = type;
        _names = new HashSet<string>(CelNames.Of(root), StringComparer.Ordinal);
    }

    /// <summary>Type of the result.</summary>
    public CelType Type { get; }

    /// <summary>True where a variable is read.</summary>
    public bool Reads(string variable) => _names.Contains(variable);

    /// <summary>The program, or null and what is wrong with the text.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="variables">The variables that it may read, with their types.</param>
    /// <param name="expected">What it must give; a result that is known only later is taken.</param>
    /// <param name="fault">What is wrong, with its place.</param>
    public static CelProgram? TryCompile(string text, IEnumerable<(string Name, CelType Type)> variables, CelKind expected, out string fault)
    {
        if (CelParser.Parse(text, out (int Position, string Message)? syntax) is not { } parsed)
        {
            fault = Describe(text, syntax!.Value);
            return null;
        }

        var checker = new CelChecker();
        (CelNode root, CelType type) = checker.Check(parsed, CelScope.Of(variables));
        if (checker.Fault is { } wrong)
        {
            fault = Describe(text, wrong);
            return null;
        }

        if (expected != CelKind.Dyn && type.Kind != expected && type.Kind != CelKind.Dyn)
        {
            fault = $"must evaluate to {CelType.Of(expected)}";
            return null;
        }

        fault = "";
        return new CelProgram(root, type);
    }

    /// <summary>The value, null among them; <see cref="CelError"/> where there is none.</summary>
    public object? Evaluate(IEnumerable<(string Name, object? Value)> variables, CelBudget budget)
    {
        budget.Begin();
        CelBinding? scope = null;
        foreach ((string name, object? value) in variables)
        {
            scope = new CelBinding(name, value, scope);
        }

        return new CelEvaluation(budget).Run(_root, scope);
    }

    private static string Describe(string text, (int Position, string Message) fault)
    {
        int position = Math.Min(fault.Position, text.Length);
        int start = position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;
        int end = text.IndexOf('\n', start);
        string line = end < 0 ? text[start..] : text[start..end];
        int number = text.AsSpan(0, start).Count('\n') + 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"compilation failed: ERROR: <input>:{number}:{position - start + 1}: {fault.Message}\n | {line}\n | {new string('.', position - start)}^");
    }
}
