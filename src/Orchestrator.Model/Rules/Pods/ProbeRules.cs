using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Probes and hooks of containers, and the restart policy that makes an init container a sidecar.</summary>
internal static class ProbeRules
{
    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Hooks = ["postStart", "preStop"];
    private static readonly string[] Handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

    public static void Default(JsonObject container)
    {
        foreach (string name in Probes)
        {
            if (container.Child(name) is { } probe)
            {
                probe.Default("timeoutSeconds", 1);
                probe.Default("periodSeconds", 10);
                probe.Default("successThreshold", 1);
                probe.Default("failureThreshold", 3);
                DefaultHandler(probe);
                probe.Child("grpc")?.Default("service", "");
            }
        }

        foreach (string hook in Hooks)
        {
            if (container.Child("lifecycle", hook) is { } handler)
            {
                DefaultHandler(handler);
            }
        }
    }

    /// <param name="container">A container or an init container.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isInit">True for an init container.</param>
    /// <param name="graceSeconds">Of the pod, which a hook may not sleep longer than; null where it is not given.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(JsonObject container, string path, bool isInit, long? graceSeconds, ICollection<FieldError> errors)
    {
        string? policy = container.Text("restartPolicy");
        if (!string.IsNullOrEmpty(policy) && !isInit)
        {
            errors.Add(FieldError.Forbidden($"{path}.restartPolicy", "may not be set for non-init containers"));
        }
        else if (!string.IsNullOrEmpty(policy) && policy != "Always")
        {
            errors.Add(FieldError.NotSupported($"{path}.restartPolicy", policy, "Always"));
        }

        // An init container that ends has no use for these; one that goes on has.
        bool isPlainInit = isInit && policy != "Always";
        foreach (string name in Probes.Where(p => container.Child(p) is not null))
        {
            if (isPlainInit)
            {
                errors.Add(FieldError.Forbidden($"{path}.{name}", "may not be set for init containers without restartPolicy=Always"));
                continue;
            }

            ValidateProbe(container.Child(name)!, $"{path}.{name}", mustSucceedOnce: name != "readinessProbe", errors);
        }

        if (isPlainInit && !container["lifecycle"].IsUnset())
        {
            errors.Add(FieldError.Forbidden($"{path}.lifecycle", "may not be set for init containers without restartPolicy=Always"));
            return;
        }

        foreach (string hook in Hooks.Where(h => container.Child("lifecycle", h) is not null))
        {
            ValidateHandler(container.Child("lifecycle", hook)!, $"{path}.lifecycle.{hook}", isHook: true, errors);
            if (container.Child("lifecycle", hook).Child("sleep").Integer("seconds") is { } seconds && (seconds < 0 || seconds > graceSeconds))
            {
                errors.Add(FieldError.Invalid($"{path}.lifecycle.{hook}.sleep.seconds", seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({graceSeconds})"));
            }
        }
    }

    private static void DefaultHandler(JsonObject handler)
    {
        handler.Child("httpGet")?.DefaultIfEmpty("scheme", "HTTP");
        handler.Child("httpGet")?.DefaultIfEmpty("path", "/");
    }

    private static void ValidateProbe(JsonObject probe, string path, bool mustSucceedOnce, ICollection<FieldError> errors)
    {
        ValidateHandler(probe, path, isHook: false, errors);
        foreach (string count in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
        {
            errors.CheckNotNegative($"{path}.{count}", probe.Integer(count));
        }

        if (mustSucceedOnce && probe.Integer("successThreshold") is > 1 and var threshold)
        {
            errors.Add(FieldError.Invalid($"{path}.successThreshold", threshold, "must be 1"));
        }

        if (probe.Integer("terminationGracePeriodSeconds") is { } grace)
        {
            if (!mustSucceedOnce)
            {
                errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"));
            }
            else if (grace <= 0)
            {
                errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0"));
            }
        }
    }

    private static void ValidateHandler(JsonObject handler, string path, bool isHook, ICollection<FieldError> errors)
    {
        string[] given = [.. Handlers.Where(h => handler[h] is JsonObject)];
        if (given.Length == 0)
        {
            errors.Add(FieldError.Required(path, "must specify a handler type"));
        }

        foreach (string second in given.Skip(1))
        {
            errors.Add(FieldError.Forbidden($"{path}.{second}", "may not specify more than 1 handler type"));
        }

        if (handler.Child("exec") is { } exec && exec.Array("command") is null or { Count: 0 })
        {
            errors.Add(FieldError.Required($"{path}.exec.command"));
        }

        if (handler.Child("httpGet") is { } get)
        {
            ValidatePort(get, $"{path}.httpGet.port", errors);
            errors.CheckOneOf($"{path}.httpGet.scheme", get.Text("scheme"), "HTTP", "HTTPS");
        }

        if (handler.Child("tcpSocket") is { } socket)
        {
            if (isHook)
            {
                errors.Add(FieldError.Forbidden($"{path}.tcpSocket", "not supported: Kubernetes has deprecated it for hooks"));
            }

            ValidatePort(socket, $"{path}.tcpSocket.port", errors);
        }

        if (handler.Child("grpc") is { } grpc && !isHook)
        {
            errors.CheckPort($"{path}.grpc.port", grpc.Integer("port") ?? 0);
        }
    }

    private static void ValidatePort(JsonObject owner, string path, ICollection<FieldError> errors)
    {
        if (owner.Integer("port") is { } number)
        {
            errors.CheckPort(path, number);
        }
        else
        {
            errors.CheckRequired(path, owner.Text("port"), NameRules.PortName);
        }
    }
}
