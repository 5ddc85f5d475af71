using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Api;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Api;

/// <summary>What stands before and around every endpoint of the API: limits, and errors as problem details.</summary>
internal static partial class ApiGate
{
    public static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api/v1");

    /// <summary>Whatever goes wrong below is answered as RFC 9457 says, without internals (D11).</summary>
    public static void UseApiErrors(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("UserAdmin.Api");
        app.Use(async (http, next) =>
        {
            if (!IsApi(http))
            {
                await next();
                return;
            }
            try
            {
                await next();
                if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
                    await Answer(http, http.Response.StatusCode).ExecuteAsync(http);
            }
            catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
            {
                await Answer(http, bad.StatusCode).ExecuteAsync(http);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                // Nobody waits for an answer any more.
            }
            catch (Exception failure) when (!http.Response.HasStarted)
            {
                LogFailed(logger, failure, http.Request.Method, http.Request.Path);
                http.Response.Clear();
                await Answer(http, DatabaseOutage.IsBehind(failure) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError).ExecuteAsync(http);
            }
        });
    }

    /// <summary>Before a token is looked at: guesses at tokens count for their address.</summary>
    public static void UseApiAddressLimit(this WebApplication app) => app.Use(async (http, next) =>
    {
        var settings = http.RequestServices.GetRequiredService<IOptions<ApiSettings>>().Value;
        if (IsApi(http) && Exceeds(http, SignInGuard.KeyOfAddress(http.ClientAddress), settings.RequestsPerMinuteAndAddress) is { } refused)
            await refused.ExecuteAsync(http);
        else
            await next();
    });

    /// <summary>What one person sends, with whatever tokens; their programs share it.</summary>
    public static void UseApiLimit(this WebApplication app) => app.Use(async (http, next) =>
    {
        var settings = http.RequestServices.GetRequiredService<IOptions<ApiSettings>>().Value;
        if (IsApi(http) && http.User.UserId is { } user && Exceeds(http, $"user:{http.User.TenantName}:{user}", settings.RequestsPerMinute) is { } refused)
            await refused.ExecuteAsync(http);
        else
            await next();
    });

    /// <summary>For endpoints at which somebody could guess or make mails go out.</summary>
    public static TBuilder LimitedAsSignIn<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (call, next) => ExceedsSignIns(call.HttpContext) ?? await next(call));

    private static IResult? ExceedsSignIns(HttpContext http) =>
        Exceeds(http, $"sign-in:{SignInGuard.KeyOfAddress(http.ClientAddress)}", http.RequestServices.GetRequiredService<IOptions<ApiSettings>>().Value.SignInsPerMinuteAndAddress);

    private static IResult? Exceeds(HttpContext http, string key, int perMinute)
    {
        if (http.RequestServices.GetRequiredService<RequestLimits>().Take(key, perMinute) is not { } wait)
            return null;
        http.Response.Headers.RetryAfter = $"{Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))}";
        return ApiAnswers.Problem(http, StatusCodes.Status429TooManyRequests, "too_many_requests", "Too many requests. Wait as long as Retry-After says.");
    }

    private static IResult Answer(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => ApiAnswers.Problem(http, status, "malformed", "A value in the address or the body can't be read."),
        StatusCodes.Status404NotFound => ApiAnswers.NotFound(http),
        StatusCodes.Status405MethodNotAllowed => ApiAnswers.Problem(http, status, "method_not_allowed", "This address does not take this method; Allow says which it takes."),
        StatusCodes.Status413PayloadTooLarge => ApiAnswers.Problem(http, status, "too_large", "The body is too large."),
        StatusCodes.Status415UnsupportedMediaType => ApiAnswers.Problem(http, status, "unsupported_media_type", "Send the body as application/json."),
        StatusCodes.Status500InternalServerError => ApiAnswers.Problem(http, status, "failed", "This failed. It was logged under the correlation id."),
        StatusCodes.Status503ServiceUnavailable => ApiAnswers.Problem(http, status, "not_recorded", "It can't be recorded at the moment, so nothing was changed. Try again later."),
        _ => ApiAnswers.Problem(http, status, "refused", null),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception failure, string method, string path);
}
