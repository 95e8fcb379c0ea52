using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Requests and limits: names, quantities, and requests that do not exceed limits.</summary>
internal static class ResourceRules
{
    private const string HugePages = "hugepages-";

    /// <summary>Requests that are left out are the limits; quantities become canonical, so that equal ones are equal text.</summary>
    public static void Default(JsonObject container)
    {
        if (container.ObjectOrNew("resources") is { } resources)
        {
            Canonicalize(resources.Child("limits"));
            Canonicalize(resources.Child("requests"));
        }
    }

    /// <summary>Of a pod's container: what has a limit and no request is requested up to the limit.</summary>
    public static void DefaultRequests(JsonObject container)
    {
        if (container.Child("resources") is not { } resources || resources.Child("limits") is not { Count: > 0 } limits || resources.ObjectOrNew("requests") is not { } requests)
        {
            return;
        }

        foreach ((string name, JsonNode? limit) in limits)
        {
            if (requests[name] is null)
            {
                requests[name] = limit?.DeepClone();
            }
        }
    }

    /// <summary>Rewrites the quantities of a resource list canonically; malformed ones are left for validation.</summary>
    public static void Canonicalize(JsonObject? list)
    {
        foreach ((string name, JsonNode? value) in list?.ToArray() ?? [])
        {
            if (value.AsScalarText() is { } text && Quantity.TryParse(text, out Quantity quantity) && quantity.ToString() is var canonical
                && (canonical != text || value.AsText() is null))
            {
                list![name] = canonical;
            }
        }
    }

    public static void Validate(JsonObject container, string path, ICollection<FieldError> errors)
    {
        JsonObject? resources = container.Child("resources");
        JsonObject? limits = resources.Child("limits");
        ValidateContainerList(limits, $"{path}.resources.limits", errors);
        ValidateContainerList(resources.Child("requests"), $"{path}.resources.requests", errors);
        foreach ((string name, JsonNode? value) in resources.Child("requests") ?? [])
        {
            CompareToLimit(name, value, limits?[name], $"{path}.resources.requests", errors);
        }
    }

    /// <summary>Validates names and quantities of any resource list.</summary>
    public static void ValidateList(JsonObject? list, string path, ICollection<FieldError> errors)
    {
        foreach ((string name, JsonNode? value) in list ?? [])
        {
            errors.CheckRequired(path, name, NameRules.QualifiedName);
            ValidateQuantity(name, value, $"{path}[{name}]", errors);
        }
    }

    private static void ValidateContainerList(JsonObject? list, string path, ICollection<FieldError> errors)
    {
        ValidateList(list, path, errors);
        foreach ((string name, _) in list ?? [])
        {
            if (!IsStandard(name) && !name.Contains('/', StringComparison.Ordinal))
            {
                errors.Add(FieldError.Invalid(path, name, "must be a standard resource for containers"));
            }
        }
    }

    private static void ValidateQuantity(string name, JsonNode? value, string path, ICollection<FieldError> errors)
    {
        string? text = value.AsScalarText();
        if (text is null || !Quantity.TryParse(text, out Quantity quantity))
        {
            errors.Add(FieldError.Invalid(path, text, Quantity.Invalid));
        }
        else if (quantity.Sign < 0)
        {
            errors.Add(FieldError.Invalid(path, text, "must be greater than or equal to 0"));
        }
        else if (name.Contains('/', StringComparison.Ordinal) && quantity.Nanos % Quantity.NanosPerUnit != 0)
        {
            errors.Add(FieldError.Invalid(path, text, "must be an integer"));
        }
    }

    private static void CompareToLimit(string name, JsonNode? request, JsonNode? limit, string path, ICollection<FieldError> errors)
    {
        bool wholeOnly = name.Contains('/', StringComparison.Ordinal) || name.StartsWith(HugePages, StringComparison.Ordinal);
        if (limit is null)
        {
            if (wholeOnly)
            {
                errors.Add(FieldError.Required($"{path}[{name}]", "limit must be set for non overcommitable resources"));
            }

            return;
        }

        if (!Quantity.TryParse(request.AsScalarText(), out Quantity asked) || !Quantity.TryParse(limit.AsScalarText(), out Quantity most))
        {
            return;
        }

        if (wholeOnly && asked != most)
        {
            errors.Add(FieldError.Invalid(path, asked.ToString(), $"must be equal to {name} limit of {most}"));
        }
        else if (asked > most)
        {
            errors.Add(FieldError.Invalid(path, asked.ToString(), $"must be less than or equal to {name} limit of {most}"));
        }
    }

    private static bool IsStandard(string name) =>
        name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith(HugePages, StringComparison.Ordinal);
}
