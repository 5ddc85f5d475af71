using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Tokens;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Api;

/// <summary>Says that an endpoint is for people, too, who can do nothing else until they have chosen a new password.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpenToConfinedAttribute : Attribute;

/// <summary>
/// Takes the token of the header Authorization (RFC 6750): an access token, or one that was made to be kept. Cookies count for nothing here, so no foreign page can
/// send anything in somebody's name (F06). Both kinds belong to a session, which is asked each time.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens, SessionDirectory sessions, CurrentTenant tenant, Refusals refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";
    private const string IsConfined = "session-is-confined";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        var token = header[Prefix.Length..].Trim();
        var state = token.StartsWith(KeptToken.Prefix, StringComparison.Ordinal) ? await FindKeptAsync(token) : await FindSignedInAsync(token);
        // As in a browser: nothing else opens before the password is replaced.
        if (state is { MustChangePassword: true } && Context.GetEndpoint()?.Metadata.GetMetadata<OpenToConfinedAttribute>() is null)
        {
            Context.Items[IsConfined] = true;
            return AuthenticateResult.Fail("A new password has to be chosen first.");
        }
        return state is null
            ? AuthenticateResult.Fail("The token is wrong or over.")
            : AuthenticateResult.Success(new(ActorClaims.Of(state, Context.ClientAddress, SchemeName), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.Items.ContainsKey(IsConfined))
        {
            await ApiAnswers.Problem(Context, StatusCodes.Status403Forbidden, "password.must_change", "Choose a new password first, at me/password.").ExecuteAsync(Context);
            return;
        }
        var sent = Request.Headers.Authorization.Count > 0;
        Response.Headers.WWWAuthenticate = sent ? """Bearer error="invalid_token" """.TrimEnd() : "Bearer";
        await ApiAnswers.Problem(Context, StatusCodes.Status401Unauthorized, sent ? "token.invalid" : "token.missing",
            sent ? "The access token is wrong, too old, or its session has ended." : "Send an access token in the header Authorization.").ExecuteAsync(Context);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var state = Context.User.SessionId is { } id ? await sessions.FindAsync(tenant.Tenant, id, Context.RequestAborted) : null;
        if (state is { MustEnrol: false })
            await refusals.RecordAsync(Request.Path, state.ActingFrom(Context.ClientAddress, Context.TraceIdentifier), Context.RequestAborted);
        await (state?.MustEnrol == true
            ? ApiAnswers.Problem(Context, StatusCodes.Status403Forbidden, "second_factor.required", "Set up a second factor first, at me/authenticators or in the portal.")
            : ApiAnswers.Problem(Context, StatusCodes.Status403Forbidden, "not_allowed", "You may not do this.")).ExecuteAsync(Context);
    }

    private async Task<SessionState?> FindKeptAsync(string token) =>
        token.Length == KeptToken.Length && await sessions.FindByKeyAsync(tenant.Tenant, token, isActivity: true, Context.RequestAborted) is { Kind: SessionKind.Token } state ? state : null;

    private async Task<SessionState?> FindSignedInAsync(string token) =>
        await tokens.ReadAsync(token, Context.RequestAborted) is var (sessionId, userId)
        && await sessions.FindAsync(tenant.Tenant, sessionId, Context.RequestAborted) is { Kind: SessionKind.Api } state && state.UserId == userId ? state : null;
}
