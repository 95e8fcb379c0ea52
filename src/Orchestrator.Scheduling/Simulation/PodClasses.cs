using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Reading;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>The classes that pods may name, and the admission of pods by them: what the API would make of a pod's manifest before the scheduler sees it.</summary>
public sealed class PodClasses
{
    private static readonly IKindRules PodRules = BuiltInKinds.Registry().FindKind("v1", "Pod")!.Rules;

    private readonly Dictionary<string, JsonObject> _priorityClasses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _runtimeClasses = new(StringComparer.Ordinal);

    public PodClasses()
    {
        foreach ((string name, int value) in WellKnown.SystemPriorityClasses)
        {
            _priorityClasses[name] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value };
        }
    }

    /// <summary>Defaults the pod and resolves its classes, in place. Returns all that the API would refuse it for.</summary>
    public IReadOnlyList<string> Admit(JsonObject pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        PodRules.Default(pod);
        var refusals = new List<string>();
        if (pod.Child("spec") is { } spec)
        {
            refusals.AddRange(ApplyPriority(spec));
            refusals.AddRange(ApplyRuntimeClass(spec));
        }

        var errors = new List<FieldError>();
        PodRules.Validate(pod, null, errors);
        refusals.AddRange(errors.Select(e => e.ToString()));
        return refusals;
    }

    internal void Add(JsonElement found)
    {
        Dictionary<string, JsonObject> classes = found.Member("kind").Text() == "PriorityClass" ? _priorityClasses : _runtimeClasses;
        classes[found.Member("metadata").Member("name").Text()] = JsonObject.Create(found)!;
    }

    private IEnumerable<string> ApplyPriority(JsonObject spec)
    {
        JsonObject? found;
        if (spec.Text("priorityClassName") is not { Length: > 0 } name)
        {
            found = PodClassRules.DefaultPriority(_priorityClasses.Values);
        }
        else if (!_priorityClasses.TryGetValue(name, out found))
        {
            return [$"spec.priorityClassName: no PriorityClass with name {name} was found"];
        }

        return PodClassRules.ApplyPriority(spec, found) is { } refusal ? [$"spec.priority: {refusal}"] : [];
    }

    private IEnumerable<string> ApplyRuntimeClass(JsonObject spec)
    {
        if (spec.Text("runtimeClassName") is not { Length: > 0 } name)
        {
            return [];
        }

        if (!_runtimeClasses.TryGetValue(name, out JsonObject? found))
        {
            return [$"spec.runtimeClassName: RuntimeClass \"{name}\" not found"];
        }

        return PodClassRules.ApplyRuntimeClass(spec, found) is { } refusal ? [$"spec.runtimeClassName: {refusal}"] : [];
    }
}
