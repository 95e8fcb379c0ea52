using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Api.CustomResources;

/// <summary>An object as <c>autoscaling/v1 Scale</c> shows it.</summary>
internal static class ScaleView
{
    public const string ApiVersion = "autoscaling/v1";

    public static JsonObject Of(ScalePaths paths, JsonObject obj)
    {
        var metadata = obj.Child("metadata");
        var shown = new JsonObject();
        foreach (var member in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (metadata?[member] is { } value)
            {
                shown[member] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = At(obj, paths.StatusReplicas).AsInteger() ?? 0 };
        if (paths.LabelSelector is { } selector && SelectorOf(At(obj, selector)) is { Length: > 0 } text)
        {
            status["selector"] = text;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = ApiVersion,
            ["metadata"] = shown,
            ["spec"] = new JsonObject { ["replicas"] = At(obj, paths.SpecReplicas).AsInteger() ?? 0 },
            ["status"] = status,
        };
    }

    /// <summary>Sets the wanted replicas; objects on the way are made where they are missing.</summary>
    public static void Set(JsonObject obj, ScalePaths paths, long replicas)
    {
        var members = paths.SpecReplicas.Split('.');
        var at = obj;
        foreach (var member in members[..^1])
        {
            if (at.ObjectOrNew(member) is not { } next)
            {
                at[member] = next = [];
            }

            at = next;
        }

        at[members[^1]] = replicas;
    }

    // Custom kinds keep the text in their status; built-in ones select by an object.
    private static string? SelectorOf(JsonNode? selector) => selector is JsonObject obj ? SelectorText.Of(obj) : selector.AsText();

    private static JsonNode? At(JsonObject obj, string path)
    {
        JsonNode? at = obj;
        foreach (var member in path.Split('.'))
        {
            at = (at as JsonObject)?[member];
        }

        return at;
    }
}
