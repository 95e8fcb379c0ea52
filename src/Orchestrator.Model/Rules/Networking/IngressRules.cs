using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Networking;

/// <summary>Ingresses: hosts and absolute paths to backends, each of which is one Service or one other object.</summary>
internal sealed class IngressRules : IKindRules
{
    /// <summary>How the class was named before <c>spec.ingressClassName</c>.</summary>
    public const string ClassAnnotation = "kubernetes.io/ingress.class";

    private static readonly string[] InvalidSequences = ["//", "/./", "/../", "%2f", "%2F"];
    private static readonly string[] InvalidEndings = ["/..", "/."];

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        if ((spec?["rules"]).IsUnset() && (spec?["defaultBackend"]).IsUnset())
        {
            errors.Add(FieldError.Invalid("spec", "", "either `defaultBackend` or `rules` must be specified"));
        }

        ValidateBackend(spec.Child("defaultBackend"), "spec.defaultBackend", errors);
        foreach ((JsonObject rule, int i) in spec.Items("rules"))
        {
            ValidateRule(rule, string.Create(CultureInfo.InvariantCulture, $"spec.rules[{i}]"), errors);
        }

        foreach ((JsonObject tls, int i) in spec.Items("tls"))
        {
            foreach ((string host, int h) in tls.Texts("hosts").Select((h, n) => (h, n)))
            {
                ValidateHost(host, string.Create(CultureInfo.InvariantCulture, $"spec.tls[{i}].hosts[{h}]"), errors);
            }
        }

        errors.Check("spec.ingressClassName", spec.Text("ingressClassName"), NameRules.DnsSubdomain);
        if (old is null && spec.Text("ingressClassName") is { Length: > 0 } && obj.Child("metadata", "annotations").Text(ClassAnnotation) is { } annotated)
        {
            errors.Add(FieldError.Invalid($"annotations.{ClassAnnotation}", annotated, "can not be set when the class field is also set"));
        }
    }

    private static void ValidateRule(JsonObject rule, string path, ICollection<FieldError> errors)
    {
        ValidateHost(rule.Text("host"), $"{path}.host", errors);
        if (rule.Child("http") is not { } http)
        {
            return;
        }

        if (http["paths"].IsUnset())
        {
            errors.Add(FieldError.Required($"{path}.http.paths"));
        }

        foreach ((JsonObject entry, int i) in http.Items("paths"))
        {
            ValidatePath(entry, string.Create(CultureInfo.InvariantCulture, $"{path}.http.paths[{i}]"), errors);
        }
    }

    private static void ValidateHost(string? host, string path, ICollection<FieldError> errors)
    {
        if (string.IsNullOrEmpty(host))
        {
            return;
        }

        if (IPAddress.TryParse(host, out _))
        {
            errors.Add(FieldError.Invalid(path, host, "must be a DNS name, not an IP address"));
        }
        else
        {
            errors.Check(path, host, h => h.Contains('*', StringComparison.Ordinal) ? NameRules.WildcardSubdomain(h) : NameRules.DnsSubdomain(h));
        }
    }

    private static void ValidatePath(JsonObject entry, string path, ICollection<FieldError> errors)
    {
        string type = entry.Text("pathType") ?? "", text = entry.Text("path") ?? "";
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.pathType", "pathType must be specified"));
        }

        errors.CheckOneOf($"{path}.pathType", type, "Exact", "ImplementationSpecific", "Prefix");
        if (type is "Exact" or "Prefix")
        {
            if (!text.StartsWith('/'))
            {
                errors.Add(FieldError.Invalid($"{path}.path", text, "must be an absolute path"));
            }

            foreach (string sequence in InvalidSequences.Where(s => text.Contains(s, StringComparison.Ordinal)))
            {
                errors.Add(FieldError.Invalid($"{path}.path", text, $"must not contain '{sequence}'"));
            }

            foreach (string ending in InvalidEndings.Where(s => text.EndsWith(s, StringComparison.Ordinal)))
            {
                errors.Add(FieldError.Invalid($"{path}.path", text, $"cannot end with '{ending}'"));
            }
        }
        else if (text.Length > 0 && text[0] != '/')
        {
            errors.Add(FieldError.Invalid($"{path}.path", text, "must be an absolute path"));
        }

        ValidateBackend(entry.Child("backend") ?? [], $"{path}.backend", errors);
    }

    private static void ValidateBackend(JsonObject? backend, string path, ICollection<FieldError> errors)
    {
        if (backend is null)
        {
            return;
        }

        JsonObject? service = backend.Child("service"), resource = backend.Child("resource");
        if (service is not null && resource is not null)
        {
            errors.Add(FieldError.Invalid(path, "", "cannot set both resource and service backends"));
        }
        else if (service is not null)
        {
            ValidateService(service, $"{path}.service", errors);
        }
        else if (resource is not null)
        {
            errors.CheckRequired($"{path}.resource.kind", resource.Text("kind"), _ => null);
            errors.CheckRequired($"{path}.resource.name", resource.Text("name"), _ => null);
        }
        else
        {
            errors.Add(FieldError.Required(path, "resource or service backend is required"));
        }
    }

    private static void ValidateService(JsonObject service, string path, ICollection<FieldError> errors)
    {
        errors.CheckRequired($"{path}.name", service.Text("name"), NameRules.DnsLabel1035);
        JsonObject? port = service.Child("port");
        bool hasName = port.Text("name") is { Length: > 0 }, hasNumber = !(port?["number"]).IsUnset();
        if (hasName && hasNumber)
        {
            errors.Add(FieldError.Invalid(path, "", "cannot set both port name & port number"));
        }
        else if (hasName)
        {
            errors.Check($"{path}.port.name", port.Text("name"), NameRules.PortName);
        }
        else if (hasNumber)
        {
            errors.CheckPort($"{path}.port.number", port.Integer("number"));
        }
        else
        {
            errors.Add(FieldError.Required(path, "port name or number is required"));
        }
    }
}

/// <summary>IngressClasses: the controller that serves them never changes.</summary>
internal sealed class IngressClassRules : IKindRules
{
    private const int MaxControllerLength = 250;

    public void Default(JsonObject obj) => obj.Child("spec", "parameters")?.DefaultIfEmpty("scope", "Cluster");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec"), parameters = spec.Child("parameters");
        errors.CheckRequired("spec.controller", spec.Text("controller"), v => v.Length > MaxControllerLength ? $"must be no more than {MaxControllerLength} characters" : NameRules.DomainPrefixedPath(v));
        Immutability.ValidateMember(obj, old, errors, "spec", "controller");
        if (parameters is null)
        {
            return;
        }

        errors.Check("spec.parameters.apiGroup", parameters.Text("apiGroup"), NameRules.DnsSubdomain);
        errors.CheckRequired("spec.parameters.kind", parameters.Text("kind"), _ => null);
        errors.CheckRequired("spec.parameters.name", parameters.Text("name"), _ => null);
        errors.CheckOneOf("spec.parameters.scope", parameters.Text("scope"), "Cluster", "Namespace");
        if (parameters.Text("scope") == "Namespace")
        {
            errors.CheckRequired("spec.parameters.namespace", parameters.Text("namespace"), NameRules.DnsLabel);
        }
        else if (parameters.Text("namespace") is { Length: > 0 })
        {
            errors.Add(FieldError.Forbidden("spec.parameters.namespace", "parameters.namespace may only be specified if parameters.scope is \"Namespace\""));
        }
    }
}
