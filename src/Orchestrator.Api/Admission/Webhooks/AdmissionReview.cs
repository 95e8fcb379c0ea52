using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Reviews;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>The question that one webhook is sent (<c>admission.k8s.io AdmissionReview</c>).</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Kind">The kind as which it is shown the object.</param>
/// <param name="Uid">Tells answers apart.</param>
/// <param name="Body">The review as JSON.</param>
internal sealed record AdmissionReview(Webhook Webhook, ResourceKind Kind, string Uid, byte[] Body)
{
    public static AdmissionReview Write(Webhook webhook, ResourceKind kind, WebhookSubject subject)
    {
        byte[] obj = Serialize(subject, kind, subject.Object), old = Serialize(subject, kind, subject.Old);
        string uid = Guid.NewGuid().ToString();
        using var buffer = JsonBuffer.Rent();
        Utf8JsonWriter json = buffer.Writer;
        json.WriteStartObject();
        json.WriteString("kind", "AdmissionReview");
        json.WriteString("apiVersion", webhook.ReviewVersion);
        json.WriteStartObject("request");
        json.WriteString("uid", uid);
        WriteTypes(json, kind, subject);
        json.WriteString("operation", subject.Operation);
        json.WritePropertyName("userInfo");
        UserJson.Of(subject.Call.User).WriteTo(json);
        json.WritePropertyName("object");
        json.WriteRawValue(obj, skipInputValidation: true);
        json.WritePropertyName("oldObject");
        json.WriteRawValue(old, skipInputValidation: true);
        json.WriteBoolean("dryRun", subject.DryRun);
        json.WritePropertyName("options");
        json.WriteRawValue(Bytes(subject.Options), skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
        return new AdmissionReview(webhook, kind, uid, buffer.Written.ToArray());
    }

    private static void WriteTypes(Utf8JsonWriter json, ResourceKind kind, WebhookSubject subject)
    {
        WriteType(json, "kind", subject.IsOfKind ? (kind.ApiVersion, kind.Kind) : subject.Type);
        WriteResource(json, "resource", kind);
        if (subject.Subresource.Length > 0)
        {
            json.WriteString("subResource", subject.Subresource);
        }

        WriteType(json, "requestKind", subject.Type);
        WriteResource(json, "requestResource", subject.Kind);
        if (subject.Subresource.Length > 0)
        {
            json.WriteString("requestSubResource", subject.Subresource);
        }

        if (subject.Name.Length > 0)
        {
            json.WriteString("name", subject.Name);
        }

        // A Namespace is in itself, here as in authorization.
        string ns = subject.Kind.StorageName == "namespaces" ? subject.Name : subject.Namespace;
        if (ns.Length > 0)
        {
            json.WriteString("namespace", ns);
        }
    }

    private static void WriteType(Utf8JsonWriter json, string name, (string ApiVersion, string Kind) type)
    {
        int slash = type.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        json.WriteStartObject(name);
        json.WriteString("group", slash < 0 ? "" : type.ApiVersion[..slash]);
        json.WriteString("version", type.ApiVersion[(slash + 1)..]);
        json.WriteString("kind", type.Kind);
        json.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter json, string name, ResourceKind kind)
    {
        json.WriteStartObject(name);
        json.WriteString("group", kind.Group);
        json.WriteString("version", kind.Version);
        json.WriteString("resource", kind.Plural);
        json.WriteEndObject();
    }

    private static byte[] Serialize(WebhookSubject subject, ResourceKind kind, JsonObject? obj)
    {
        return obj is null || !subject.IsOfKind || kind == subject.Kind ? Bytes(obj) : ServedVersion.Of(kind, ServedVersion.Serialize(subject.Kind, obj)).ToArray();
    }

    private static byte[] Bytes(JsonNode? node) => node is null ? "null"u8.ToArray() : JsonBuffer.Serialize(node);
}
