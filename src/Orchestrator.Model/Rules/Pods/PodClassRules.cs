using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What a pod's classes mean for it, once they are found: by admission among the stored ones, by a simulation in its snapshot.</summary>
public static class PodClassRules
{
    /// <summary>Sets the number and the preemption policy that the scheduler goes by. Returns why not, or null.</summary>
    /// <param name="spec">The pod's spec, changed.</param>
    /// <param name="priorityClass">The class that it names, or the default one; null where there is none.</param>
    public static string? ApplyPriority(JsonObject spec, JsonObject? priorityClass)
    {
        long priority = priorityClass.Integer("value") ?? 0;
        if (spec.Integer("priority") is { } given && given != priority)
        {
            return $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name";
        }

        spec["priority"] = priority;
        spec.DefaultIfEmpty("preemptionPolicy", priorityClass.Text("preemptionPolicy") ?? "PreemptLowerPriority");
        if (priorityClass.Child("metadata").Text("name") is { } resolved)
        {
            spec["priorityClassName"] = resolved;
        }

        return null;
    }

    /// <summary>The class of pods that name none: of several the lowest, as in Kubernetes, since two can appear in a race.</summary>
    public static JsonObject? DefaultPriority(IEnumerable<JsonObject> priorityClasses) =>
        priorityClasses.Where(c => c.Flag("globalDefault") == true).MinBy(c => c.Integer("value"));

    /// <summary>Makes the class's overhead, node selector and tolerations the pod's. Returns why not, or null.</summary>
    public static string? ApplyRuntimeClass(JsonObject spec, JsonObject runtimeClass) =>
        ApplyOverhead(spec, runtimeClass) ?? ApplyNodeSelector(spec, runtimeClass) ?? ApplyTolerations(spec, runtimeClass);

    private static string? ApplyOverhead(JsonObject spec, JsonObject found)
    {
        JsonObject? overhead = found.Child("overhead", "podFixed");
        if (!spec["overhead"].IsUnset())
        {
            return JsonNode.DeepEquals(spec["overhead"], overhead) ? null : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
        }

        if (overhead is { Count: > 0 })
        {
            spec["overhead"] = overhead.DeepClone();
        }

        return null;
    }

    private static string? ApplyNodeSelector(JsonObject spec, JsonObject found)
    {
        foreach ((string key, JsonNode? value) in found.Child("scheduling", "nodeSelector") ?? [])
        {
            JsonObject? selector = spec.ObjectOrNew("nodeSelector");
            if (selector?[key] is { } own && own.AsText() != value.AsText())
            {
                return $"conflict: the RuntimeClass and the pod ask for different values of the node label {key}";
            }

            if (selector is not null)
            {
                selector[key] = value?.DeepClone();
            }
        }

        return null;
    }

    private static string? ApplyTolerations(JsonObject spec, JsonObject found)
    {
        foreach ((JsonObject toleration, _) in found.Child("scheduling").Items("tolerations"))
        {
            if (spec.Array("tolerations") is { } own && !own.Any(t => JsonNode.DeepEquals(t, toleration)))
            {
                own.Add(toleration.DeepClone());
            }
        }

        return null;
    }
}
