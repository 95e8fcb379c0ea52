using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;

namespace Orchestrator.Testing.NodeAgent;

/// <summary>
/// As much of an API server as a node agent sees, in memory: objects by path, merge patches, and a watch of pods that can be broken or declared
/// gone, which a real server does only when it pleases.
/// </summary>
public sealed class ApiDouble : DelegatingHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<Channel<string>> _watchers = [];
    private long _revision = 1;

    /// <summary>While true every request is answered with 503.</summary>
    public bool IsDown { get; set; }

    public IKubernetes Client() => new Kubernetes(new KubernetesClientConfiguration { Host = "http://api.invalid" }, this);

    public static string PodPath(string name) => $"/api/v1/namespaces/default/pods/{name}";

    public JsonObject? Find(string path)
    {
        lock (_gate)
        {
            return (JsonObject?)_objects.GetValueOrDefault(path)?.DeepClone();
        }
    }

    public IReadOnlyList<JsonObject> Under(string prefix)
    {
        lock (_gate)
        {
            return [.. _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => (JsonObject)o.Value.DeepClone())];
        }
    }

    /// <summary>Creates or replaces.</summary>
    public void Put(string path, JsonObject content)
    {
        lock (_gate)
        {
            var type = _objects.ContainsKey(path) ? "MODIFIED" : "ADDED";
            var stored = (JsonObject)content.DeepClone();
            stored["metadata"]!["uid"] ??= Guid.NewGuid().ToString();
            stored["metadata"]!["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
            _objects[path] = stored;
            Tell(type, path, stored);
        }
    }

    public void Change(string path, Action<JsonObject> change)
    {
        var content = Find(path)!;
        change(content);
        Put(path, content);
    }

    public void Remove(string path)
    {
        lock (_gate)
        {
            if (_objects.Remove(path, out var removed))
            {
                removed["metadata"]!["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
                Tell("DELETED", path, removed);
            }
        }
    }

    /// <summary>Asks for the deletion of a pod, with a grace period.</summary>
    public void Delete(string path, int graceSeconds, TimeProvider time) => Change(path, pod =>
    {
        pod["metadata"]!["deletionTimestamp"] = time.GetUtcNow().AddSeconds(graceSeconds).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        pod["metadata"]!["deletionGracePeriodSeconds"] = graceSeconds;
    });

    /// <summary>Ends all watches, telling them that their place in the log has gone.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}}""");
                watcher.Writer.Complete();
            }

            _watchers.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await AnswerAsync(request, cancellationToken);
        response.RequestMessage = request;
        return response;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            return Answer(HttpStatusCode.ServiceUnavailable, new JsonObject());
        }

        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        if (request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal))
        {
            return Watch(cancellationToken);
        }

        return request.Method.Method switch
        {
            "GET" => path == "/api/v1/pods" ? List() : Find(path) is { } found ? Answer(HttpStatusCode.OK, found) : Missing(),
            "POST" => Create(path, JsonNode.Parse(body!)!.AsObject()),
            "PUT" => Replace(path, JsonNode.Parse(body!)!.AsObject()),
            "PATCH" => Patch(path.EndsWith("/status", StringComparison.Ordinal) ? path[..^"/status".Length] : path, JsonNode.Parse(body!)!.AsObject()),
            "DELETE" => Delete(path),
            _ => Answer(HttpStatusCode.MethodNotAllowed, new JsonObject()),
        };
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonObject body) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Missing() => Answer(HttpStatusCode.NotFound, new JsonObject { ["kind"] = "Status", ["code"] = 404 });

    private HttpResponseMessage Create(string collection, JsonObject content)
    {
        var path = $"{collection}/{content["metadata"]!["name"]}";
        if (Find(path) is not null)
        {
            return Answer(HttpStatusCode.Conflict, new JsonObject());
        }

        Put(path, content);
        return Answer(HttpStatusCode.Created, Find(path)!);
    }

    private HttpResponseMessage Replace(string path, JsonObject content)
    {
        Put(path, content);
        return Answer(HttpStatusCode.OK, Find(path)!);
    }

    private HttpResponseMessage Patch(string path, JsonObject patch)
    {
        if (Find(path) is not { } content)
        {
            return Missing();
        }

        if (patch["metadata"]?["uid"] is { } uid && uid.ToString() != content["metadata"]!["uid"]!.ToString())
        {
            return Answer(HttpStatusCode.Conflict, new JsonObject());
        }

        Merge(content, patch);
        return Replace(path, content);
    }

    private HttpResponseMessage Delete(string path)
    {
        if (Find(path) is null)
        {
            return Missing();
        }

        Remove(path);
        return Answer(HttpStatusCode.OK, new JsonObject { ["kind"] = "Status", ["status"] = "Success" });
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private HttpResponseMessage List()
    {
        lock (_gate)
        {
            var pods = _objects.Where(o => IsPod(o.Key)).Select(o => o.Value.DeepClone());
            return Answer(HttpStatusCode.OK, new JsonObject
            {
                ["kind"] = "PodList",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = _revision.ToString(CultureInfo.InvariantCulture) },
                ["items"] = new JsonArray([.. pods]),
            });
        }
    }

    private HttpResponseMessage Watch(CancellationToken cancel)
    {
        var events = Channel.CreateUnbounded<string>();
        lock (_gate)
        {
            // Everything again as of now: a server may send more than was missed, and the agent must not mind.
            foreach (var (path, content) in _objects.Where(o => IsPod(o.Key)))
            {
                events.Writer.TryWrite(Event("MODIFIED", content));
            }

            _watchers.Add(events);
        }

        var pipe = new Pipe();
        _ = PumpAsync(events.Reader, pipe.Writer, cancel);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
    }

    private static async Task PumpAsync(ChannelReader<string> events, PipeWriter output, CancellationToken cancel)
    {
        try
        {
            await foreach (var line in events.ReadAllAsync(cancel))
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            await output.CompleteAsync();
        }
    }

    private void Tell(string type, string path, JsonObject content)
    {
        if (!IsPod(path))
        {
            return;
        }

        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(Event(type, content));
        }
    }

    private static string Event(string type, JsonObject content) => new JsonObject { ["type"] = type, ["object"] = content.DeepClone() }.ToJsonString();

    private static bool IsPod(string path) => path.StartsWith("/api/v1/namespaces/", StringComparison.Ordinal) && path.Contains("/pods/", StringComparison.Ordinal);
}
