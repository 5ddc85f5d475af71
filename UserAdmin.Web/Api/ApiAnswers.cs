using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using UserAdmin.Core.Common;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Api;

/// <summary>An error as RFC 9457 describes it. <paramref name="Code"/> is stable, the sentences are for people; <paramref name="Errors"/> are by field.</summary>
internal sealed record ApiProblem(string Type, string Title, int Status, string? Detail, string Code, string CorrelationId, IReadOnlyDictionary<string, string[]>? Errors);

/// <summary>What endpoints of the API answer with.</summary>
internal static class ApiAnswers
{
    public const string ProblemType = "application/problem+json";

    /// <summary>A record, with its version for If-Match.</summary>
    public static IResult Record<T>(HttpContext http, T value, int status = StatusCodes.Status200OK) where T : class
    {
        http.Response.Headers.ETag = VersionOf(value);
        return Json(value, status);
    }

    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, ApiJson.Options, statusCode: status);

    /// <summary>A record that was just made, and where it is.</summary>
    public static IResult Created<T>(HttpContext http, string path, T value) where T : class
    {
        http.Response.Headers.Location = ApiLists.Absolute(http, path);
        return Record(http, value, StatusCodes.Status201Created);
    }

    /// <summary>The same for whoever may make such a record and not see it: it is there, so this is no refusal.</summary>
    public static IResult Created(HttpContext http, string path)
    {
        http.Response.Headers.Location = ApiLists.Absolute(http, path);
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    /// <summary>No content when it succeeded, else the problem.</summary>
    public static IResult Done(HttpContext http, Result result) => result.Succeeded ? Results.NoContent() : Refuse(http, result.Problem);

    public static IResult NotFound(HttpContext http) => Refuse(http, new(ProblemKind.NotFound, "not_found", "There is nothing here, or nothing that you may see."));

    /// <summary>Null when the request names no version or the one that is there; else 412.</summary>
    public static IResult? RefuseStale<T>(HttpContext http, T current) where T : class =>
        http.Request.Headers.IfMatch is not { Count: > 0 } wanted || wanted.ToString() == "*" || EntityTagHeaderValue.TryParseStrictList(wanted.OfType<string>().ToList(), out var tags) && tags.Any(tag => !tag.IsWeak && tag.Tag == VersionOf(current))
            ? null
            : Problem(http, StatusCodes.Status412PreconditionFailed, "precondition_failed", "This was changed since you read it. Read it again, then make your change.");

    public static IResult Refuse(HttpContext http, Problem problem)
    {
        var status = problem.Kind switch
        {
            ProblemKind.NotFound => StatusCodes.Status404NotFound,
            ProblemKind.Conflict => StatusCodes.Status409Conflict,
            ProblemKind.NotAllowed or ProblemKind.StepUp => StatusCodes.Status403Forbidden,
            ProblemKind.Busy => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status400BadRequest,
        };
        if (status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = problem.Code == "sign_in.busy" ? "5" : "600";
        var message = T(problem.Message);
        return Problem(http, status, problem.Code, message, problem.Field is null ? null : new Dictionary<string, string[]> { [ApiJson.NameOf(problem.Field)] = [message] });
    }

    /// <summary>For figures that are being counted: they are there in a moment.</summary>
    public static IResult AskAgain(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "1";
        return Problem(http, StatusCodes.Status503ServiceUnavailable, "counting", "This is being counted. Ask again in a second.");
    }

    public static IResult Invalid(HttpContext http, string field, string message) =>
        Invalid(http, new Dictionary<string, string[]> { [field] = [message] });

    public static IResult Invalid(HttpContext http, IReadOnlyDictionary<string, string[]> errors) =>
        Problem(http, StatusCodes.Status400BadRequest, "invalid", "Some values can't be accepted.", errors);

    public static IResult Problem(HttpContext http, int status, string code, string? detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        Results.Json(new ApiProblem($"urn:useradmin:problem:{code}", TitleOf(status), status, detail, code, http.TraceIdentifier, errors), ApiJson.Options, ProblemType, status);

    /// <summary>A figure that is counted now or was within the last minute. The first count among many rows may take longer than a request should: then 503, and it is there soon.</summary>
    public static async Task<IResult> CountedAsync<T>(HttpContext http, Func<Task<T?>> find, Func<T, IResult> answer) where T : class
    {
        for (var looks = 0; looks < 100; looks++)
        {
            if (await find() is { } found)
                return answer(found);
            await Task.Delay(TimeSpan.FromMilliseconds(200), http.RequestAborted);
        }
        http.Response.Headers.RetryAfter = "5";
        return Problem(http, StatusCodes.Status503ServiceUnavailable, "counting", "This is being counted. Ask again in some seconds.");
    }

    public static IResult NotAllowed(HttpContext http) => Problem(http, StatusCodes.Status403Forbidden, "not_allowed", "You may not do this.");

    /// <summary>A strong entity tag (RFC 9110, 8.8.3): the same for the same representation.</summary>
    private static string VersionOf<T>(T value) where T : class => $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options)).AsSpan(0, 16))}\"";

    private static string TitleOf(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error";
}
