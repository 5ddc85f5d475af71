using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;

namespace UserAdmin.Web.Sessions;

/// <summary>Sessions and devices over HTTP: one's own, those of a person, and all of them.</summary>
internal static class SessionApi
{
    public static void MapSessionApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Sessions");
        me.MapGet("/sessions", (HttpContext http, [AsParameters] ListQuery query, [FromQuery(Name = "is_open")] bool? open, SessionService sessions, Caller caller, CancellationToken cancel) =>
                ListAsync(http, query, open, sessions.ListAsync(caller.UserId, caller, cancel))).Answers<Paged<SessionView>>()
            .Describe("list_my_sessions", "List one's own sessions", "The last hundred, last used first: browsers, programs and tokens.");
        me.MapDelete("/sessions/{id:guid}", async (HttpContext http, Guid id, SessionService sessions, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await sessions.EndAsync(id, OnlySelf(caller), cancel))).AnswersNothing()
            .Describe("end_my_session", "End one of one's own sessions", "Whoever uses it is signed out at once.");
        me.MapDelete("/sessions", async (HttpContext http, [FromQuery, Description("This session, too.")] bool? all, SessionService sessions, Caller caller, CancellationToken cancel) =>
                ApiAnswers.Done(http, await sessions.EndAllAsync(caller.UserId, caller, cancel, everywhere: all == true))).AnswersNothing()
            .Describe("end_my_sessions", "End one's other sessions", "All but the one this is called with; with `all=true` that one, too. Closed to tokens that were made to be kept.");
        me.MapGet("/devices", (HttpContext http, [AsParameters] ListQuery query, DeviceService devices, Caller caller, CancellationToken cancel) => DevicesAsync(http, query, caller.UserId, devices, caller, cancel)).Answers<Paged<DeviceView>>()
            .Describe("list_my_devices", "List one's own devices", "Where the caller signed in, last used first.");
        me.MapPatch("/devices/{id:guid}", ChangeDeviceAsync).Answers<DeviceView>()
            .Describe("update_my_device", "Rename or trust a device", "To trust one asks for a recent sign-in: see `auth/confirm`.");
        me.MapPost("/devices/{id:guid}/forget", async (HttpContext http, Guid id, DeviceService devices, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await devices.ForgetAsync(id, caller, cancel))).AnswersNothing()
            .Describe("forget_my_device", "Ask for the second factor on a device again", "Where it was remembered.");
        me.MapDelete("/devices/{id:guid}", async (HttpContext http, Guid id, DeviceService devices, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await devices.RemoveAsync(id, OnlySelf(caller), cancel))).AnswersNothing()
            .Describe("delete_my_device", "Remove a device", "Its sessions end; at the next sign-in it is a new one.");

        var user = api.MapGroup("/users/{id:guid}").WithTags("Sessions");
        user.MapGet("/sessions", async (HttpContext http, Guid id, [AsParameters] ListQuery query, [FromQuery(Name = "is_open")] bool? open, UserDirectory users, SessionService sessions, Caller caller, CancellationToken cancel) =>
                await users.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http) : await ListAsync(http, query, open, sessions.ListAsync(id, caller, cancel))).Needs(Permission.SessionsView).Answers<Paged<SessionView>>()
            .Describe("list_sessions_of_user", "List a user's sessions", "The last hundred, last used first. Empty for a user whose sessions the caller may not see.");
        user.MapDelete("/sessions/{session:guid}", EndOfUserAsync).Needs(Permission.SessionsEnd).AnswersNothing()
            .Describe("end_session_of_user", "End one of a user's sessions", "Whoever uses it is signed out at once.");
        user.MapDelete("/sessions", async (HttpContext http, Guid id, SessionService sessions, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await sessions.EndAllAsync(id, caller, cancel))).Needs(Permission.SessionsEnd).AnswersNothing()
            .Describe("end_sessions_of_user", "End all sessions of a user", "Of oneself all but the one this is called with.");
        user.MapGet("/devices", async (HttpContext http, Guid id, [AsParameters] ListQuery query, UserDirectory users, DeviceService devices, Caller caller, CancellationToken cancel) =>
                await users.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http) : await DevicesAsync(http, query, id, devices, caller, cancel)).Needs(Permission.SessionsView).Answers<Paged<DeviceView>>()
            .Describe("list_devices_of_user", "List a user's devices", "Last used first. Empty for a user whose sessions the caller may not see.");
        user.MapDelete("/devices/{device:guid}", RemoveDeviceAsync).Needs(Permission.SessionsEnd).AnswersNothing()
            .Describe("delete_device_of_user", "Remove a user's device", "Its sessions end; at the next sign-in it is a new one.");

        var all = api.MapGroup("/sessions").WithTags("Sessions");
        all.MapGet("", ListAllAsync).Needs(Permission.SessionsView).Answers<Paged<SessionView>>()
            .Describe("list_sessions", "List everybody's sessions", "Newest first, of the users whose sessions the caller may see.");
        all.MapDelete("/{id:guid}", async (HttpContext http, Guid id, SessionService sessions, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await sessions.EndAsync(id, caller, cancel))).Needs(Permission.SessionsEnd).AnswersNothing()
            .Describe("end_session", "End a session", "Whoever uses it is signed out at once.");
        all.MapGet("/figures", FiguresAsync).Needs(Permission.SessionsView).WithMetadata(new PartOfAttribute(Feature.SessionFigures)).Answers<SessionFiguresView>()
            .Describe("get_session_figures", "How sessions are used", "Of the last thirty days (UTC). At most a minute old; 503 while it is counted for the first time.");
    }

    // Whatever else the caller may do, here they deal with what is theirs.
    private static Actor OnlySelf(Caller caller) => caller.Actor with { Access = Access.None };

    private static async Task<IResult> ListAsync(HttpContext http, ListQuery query, bool? open, Task<IReadOnlyList<SessionRow>> reading)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var rows = await reading;
        return ApiLists.Answer(http, query, open is null ? rows : [.. rows.Where(row => row.IsOpen == open)], SessionView.Of);
    }

    private static async Task<IResult> ListAllAsync(HttpContext http, [AsParameters] ListQuery query, [AsParameters] SessionQuery which, SessionOverview sessions, Caller caller, CancellationToken cancel)
    {
        if ((query.Refuse(http) ?? which.Refuse(http)) is { } refused)
            return refused;
        var found = await sessions.ListAsync(which.ToFilter(query), query.Start, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, found.Count, SessionView.Of);
    }

    private static async Task<IResult> EndOfUserAsync(HttpContext http, Guid id, Guid session, SessionService sessions, Caller caller, CancellationToken cancel) =>
        (await sessions.ListAsync(id, caller, cancel)).Any(row => row.Id == session) ? ApiAnswers.Done(http, await sessions.EndAsync(session, caller, cancel)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> DevicesAsync(HttpContext http, [AsParameters] ListQuery query, Guid id, DeviceService devices, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await devices.ListAsync(id, caller, cancel), DeviceView.Of);

    private static async Task<IResult> ChangeDeviceAsync(HttpContext http, Guid id, Patch<DeviceBody> patch, DeviceService devices, Caller caller, CancellationToken cancel)
    {
        if ((await devices.ListAsync(caller.UserId, caller, cancel)).SingleOrDefault(row => row.Id == id) is not { } device)
            return ApiAnswers.NotFound(http);
        var (body, wrong) = patch.ApplyTo(new() { Name = device.Name, IsTrusted = device.IsTrusted });
        if (body is null)
            return wrong!(http);
        if (ApiAnswers.RefuseStale(http, DeviceView.Of(device)) is { } stale)
            return stale;
        if (await devices.EditAsync(id, new() { Name = body.Name }, body.IsTrusted == device.IsTrusted ? null : body.IsTrusted, caller, cancel) is { Succeeded: false } refused)
            return ApiAnswers.Refuse(http, refused.Problem);
        return (await devices.ListAsync(caller.UserId, caller, cancel)).SingleOrDefault(row => row.Id == id) is { } changed ? ApiAnswers.Record(http, DeviceView.Of(changed)) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> RemoveDeviceAsync(HttpContext http, Guid id, Guid device, DeviceService devices, Caller caller, CancellationToken cancel) =>
        (await devices.ListAsync(id, caller, cancel)).Any(row => row.Id == device) ? ApiAnswers.Done(http, await devices.RemoveAsync(device, caller, cancel)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> FiguresAsync(HttpContext http, SessionFigures figures, Caller caller, CancellationToken cancel)
    {
        if (!caller.Actor.Access.ReachOf(Permission.SessionsView).IsUnlimited)
            return ApiAnswers.Problem(http, StatusCodes.Status403Forbidden, "not_allowed", "These figures are about everybody.");
        return await figures.FindAsync(TimeZoneInfo.Utc, caller, cancel) is { } found ? ApiAnswers.Json(SessionFiguresView.Of(found.Value, found.At)) : ApiAnswers.AskAgain(http);
    }
}
