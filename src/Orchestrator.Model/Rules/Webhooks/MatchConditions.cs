using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Webhooks;

/// <summary>
/// Conditions of a webhook (<c>admissionregistration.k8s.io/v1 MatchCondition</c>), compiled: it is called only where all of them hold. They read
/// <c>object</c>, <c>oldObject</c> and <c>request</c>, as in the question that the webhook would be sent.
/// </summary>
public sealed class MatchConditions
{
    private const int MaxCount = 64;

    private static readonly (string, CelType)[] Variables = [("object", CelType.Dyn), ("oldObject", CelType.Dyn), ("request", CelType.Dyn)];

    private readonly (string Name, CelProgram Program)[] _conditions;

    private MatchConditions((string, CelProgram)[] conditions) => _conditions = conditions;

    /// <summary>The conditions of a webhook; null for none. One that does not compile has been refused with its configuration.</summary>
    public static MatchConditions? Read(JsonObject webhook)
    {
        (string Name, CelProgram? Program)[] all =
            [.. webhook.Items("matchConditions").Select(c => (c.Item.Text("name") ?? "", Compile(c.Item.Text("expression") ?? "", out _)))];
        return all.Length == 0 ? null : new MatchConditions([.. all.Where(c => c.Program is not null).Select(c => (c.Name, c.Program!))]);
    }

    /// <summary>Adds an error for each condition that has no name, or does not compile.</summary>
    public static void Validate(JsonObject webhook, string path, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        int count = 0;
        foreach ((JsonObject condition, int i) in webhook.Items("matchConditions"))
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            string name = condition.Text("name") ?? "";
            errors.CheckRequired($"{at}.name", name, NameRules.QualifiedName);
            if (name.Length > 0 && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            errors.CheckRequired($"{at}.expression", condition.Text("expression"), text => Compile(text, out string fault) is null ? fault : null);
            count++;
        }

        if (count > MaxCount)
        {
            errors.Add(new FieldError("FieldValueTooMany", path, $"Too many: {count}: must have at most {MaxCount} items"));
        }
    }

    /// <summary>Whether all conditions hold; null where one could not be evaluated and none fails, with the reason.</summary>
    /// <param name="request">The request of an <c>AdmissionReview</c>, with its objects.</param>
    /// <param name="fault">Why it is not known.</param>
    public bool? Match(JsonObject request, out string fault)
    {
        fault = "";
        var budget = new CelBudget();
        (string, object?)[] values =
        [
            ("object", JsonValues.Of(request["object"], shape: null)),
            ("oldObject", JsonValues.Of(request["oldObject"], shape: null)),
            ("request", JsonValues.Of(request, shape: null)),
        ];
        foreach ((string name, CelProgram program) in _conditions)
        {
            object? result = program.Evaluate(values, budget);
            if (result is false)
            {
                return false;
            }

            if (result is not true && fault.Length == 0)
            {
                fault = $"expression of match condition '{name}' resulted in error: {(result as CelError)?.Message ?? "the result is no boolean"}";
            }
        }

        return fault.Length == 0 ? true : null;
    }

    private static CelProgram? Compile(string text, out string fault) => CelProgram.TryCompile(text, Variables, CelKind.Bool, out fault);
}
