using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>What webhooks are asked about (<c>admission.k8s.io/v1 AdmissionRequest</c>, without what differs from webhook to webhook).</summary>
internal sealed class WebhookSubject
{
    public required ApiCall Call { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }

    /// <summary>Kind of the path: of a subresource, the kind that it belongs to.</summary>
    public required ResourceKind Kind { get; init; }

    public string Subresource => Call.Request.Subresource;

    /// <summary>Type of <see cref="Object"/>: of a subresource perhaps another than <see cref="Kind"/>.</summary>
    public required (string ApiVersion, string Kind) Type { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>What is to be written; null on deletion. Mutating webhooks change it in place.</summary>
    public required JsonObject? Object { get; init; }

    /// <summary>The stored object; null on creation.</summary>
    public required JsonObject? Old { get; init; }

    public required bool DryRun { get; init; }

    public JsonObject? Options { get; init; }

    /// <summary>True where <see cref="Object"/> is of the kind and not of a subresource's own type.</summary>
    public bool IsOfKind => Type == (Kind.ApiVersion, Kind.Kind);

    /// <summary>The write as webhooks see it; null where they are not asked: about themselves, and about a pod's deletion by an eviction that they were asked about.</summary>
    public static WebhookSubject? Of(AdmissionRequest request)
    {
        if (IsExempt(request.Kind) || request is { Verb: "delete", Call.Request.Subresource: "eviction" })
        {
            return null;
        }

        bool isScale = request is { Call.Request.Subresource: "scale", Kind.Scale: not null };
        return new WebhookSubject
        {
            Call = request.Call,
            Operation = request.Verb.ToUpperInvariant(),
            Kind = request.Kind,
            Type = isScale ? (ScaleView.ApiVersion, "Scale") : (request.Kind.ApiVersion, request.Kind.Kind),
            Namespace = request.Namespace,
            Name = request.Name,
            Object = request.Verb == "delete" ? null : isScale ? ScaleView.Of(request.Kind.Scale!, request.Object) : request.Object,
            Old = request.Old is not { } old ? null : WithRevision(isScale ? ScaleView.Of(request.Kind.Scale!, old) : (JsonObject)old.DeepClone(), request.Revision),
            DryRun = request.DryRun,
            Options = OptionsOf(request.Call, request.Verb, request.DryRun),
        };
    }

    /// <summary>The body of a subresource that is created: a Binding, an Eviction, a TokenRequest.</summary>
    /// <param name="call">The request.</param>
    /// <param name="apiVersion">apiVersion of the body.</param>
    /// <param name="kind">Kind of the body.</param>
    /// <param name="name">Name of the object that it is about.</param>
    /// <param name="body">The body, which webhooks may change in place.</param>
    /// <param name="dryRun">Nothing will be stored.</param>
    public static WebhookSubject OfBody(ApiCall call, string apiVersion, string kind, string name, JsonObject body, bool dryRun)
    {
        (body["apiVersion"], body["kind"]) = (apiVersion, kind);
        return new WebhookSubject
        {
            Call = call,
            Operation = "CREATE",
            Kind = call.Kind,
            Type = (apiVersion, kind),
            Namespace = call.Request.Namespace,
            Name = name,
            Object = body,
            Old = null,
            DryRun = dryRun,
            Options = OptionsOf(call, "create", dryRun),
        };
    }

    /// <summary>A webhook that could forbid its own removal could never be removed.</summary>
    public static bool IsExempt(ResourceKind kind) => kind is { Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration" };

    /// <summary>Options as webhooks are shown them (<c>meta.k8s.io/v1</c>); null for connections, which have none.</summary>
    public static JsonObject? OptionsOf(ApiCall call, string verb, bool dryRun)
    {
        if (verb is not ("create" or "update" or "delete"))
        {
            return null;
        }

        var options = new JsonObject { ["kind"] = $"{char.ToUpperInvariant(verb[0])}{verb[1..]}Options", ["apiVersion"] = "meta.k8s.io/v1" };
        if (dryRun)
        {
            options["dryRun"] = new JsonArray("All");
        }

        if (verb != "delete")
        {
            options["fieldManager"] = WriteOptions.ManagerOf(call);
            if (call.Request.QueryValue("fieldValidation") is { Length: > 0 } validation)
            {
                options["fieldValidation"] = validation;
            }
        }

        return options;
    }

    private static JsonObject WithRevision(JsonObject obj, long revision)
    {
        if (revision > 0)
        {
            ObjectMetadata.Of(obj)["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        }

        return obj;
    }
}
