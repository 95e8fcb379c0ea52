using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Revisions;

/// <summary>A ControllerRevision: one state that the template of a StatefulSet or DaemonSet has had.</summary>
internal sealed record Revision(StoredObject Stored, JsonObject Json)
{
    /// <summary>Label by which pods say which revision they are of.</summary>
    public const string Label = "controller-revision-hash";

    public string Name => Stored.Key.Name;

    public long Number => Json.Integer("revision") ?? 0;

    public string Hash => Stored.Labels.GetValueOrDefault(Label, "");

    /// <summary>The template, without what makes it a patch.</summary>
    public JsonObject Template
    {
        get
        {
            var template = (JsonObject?)Json.Child("data", "spec").Child("template")?.DeepClone() ?? [];
            template.Remove("$patch");
            return template;
        }
    }

    public static Revision Of(StoredObject stored) => new(stored, StoredJson.Read(stored));
}
