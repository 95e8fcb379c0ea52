using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Kinds;

/// <summary>
/// The fields of one type of the Kubernetes API, cut into those that are carried out and those that are not yet. Together they are all of the
/// type's fields, so that a field that a newer API adds is decided upon and not overlooked.
/// </summary>
public sealed class FieldSupport
{
    private readonly FrozenSet<string> _unsupported;

    /// <param name="type">The typed view whose fields these are.</param>
    /// <param name="supported">JSON names of fields that are carried out.</param>
    /// <param name="unsupported">JSON names of fields that are refused where set.</param>
    public FieldSupport(Type type, IReadOnlyList<string> supported, IReadOnlyList<string> unsupported)
    {
        Type = type;
        Supported = supported;
        Unsupported = unsupported;
        _unsupported = unsupported.ToFrozenSet(StringComparer.Ordinal);
    }

    public Type Type { get; }

    public IReadOnlyList<string> Supported { get; }

    public IReadOnlyList<string> Unsupported { get; }

    /// <summary>Adds an error for every unsupported field that says something.</summary>
    /// <param name="owner">The object, or null.</param>
    /// <param name="path">Where it is: <c>spec.containers[0]</c>.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="emptyCounts">True where an empty object says something, as for the sources of volumes.</param>
    public void Validate(JsonObject? owner, string path, ICollection<FieldError> errors, bool emptyCounts = false)
    {
        foreach ((string name, JsonNode? value) in owner ?? [])
        {
            if (_unsupported.Contains(name) && (emptyCounts ? value is not null : !value.IsUnset()))
            {
                errors.Add(FieldError.Forbidden($"{path}.{name}", "not supported yet"));
            }
        }
    }
}
