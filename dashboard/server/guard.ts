import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { MemrigError } from "../../src/errors.js";
import { sendError } from "./replies.js";

/** True for addresses and names that only this computer can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** @throws MemrigError `invalid-request`: other computers could press the buttons, and nothing would ask them who they are */
export function checkExposure(host: string, token: string | undefined): void {
  if (token === "")
    throw new MemrigError("invalid-request", "The token is empty. Give one that can not be guessed, or leave it out.");
  if (isLoopback(host) || token !== undefined) return;
  throw new MemrigError(
    "invalid-request",
    `The dashboard was asked to listen on ${host}, where other computers reach it, without a token. It was not started. ` +
      "Add --token with a word that can not be guessed, or leave --host out to serve this computer only.",
    { host },
  );
}

/** Equal or not, in a time that does not tell how many characters were right. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function cookie(request: Request, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key !== name) continue;
    try {
      return decodeURIComponent(value.join("="));
    } catch (error) {
      if (error instanceof URIError) return undefined; // not one of ours
      throw error;
    }
  }
  return undefined;
}

function hostName(header: string): string {
  return header.replace(/:\d+$/, "");
}

/**
 * Who may ask. Without a token: only by a loopback name, so that a page elsewhere whose name was pointed at this computer
 * (DNS rebinding) gets nothing. With a token: whoever brings it, as `Authorization: Bearer`, as the cookie that
 * `/?token=…` sets, or both. A command must come from the page itself, whoever sends it.
 */
export function guard(token: string | undefined, port: () => number): RequestHandler {
  // Cookies are shared by all ports of a host: two dashboards on one computer must not log each other out.
  const cookieName = (): string => `memrig-${port()}`;
  return (request: Request, response: Response, next: NextFunction) => {
    response.set({
      "Content-Security-Policy":
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
    if (token === undefined && !isLoopback(hostName(request.headers.host ?? ""))) {
      refuse(
        response,
        403,
        "This dashboard answers only to this computer. Open it by the address that `memrig serve` printed.",
      );
      return;
    }
    if (
      token !== undefined &&
      request.method === "GET" &&
      typeof request.query["token"] === "string" &&
      same(request.query["token"], token)
    ) {
      response.cookie(cookieName(), token, { httpOnly: true, sameSite: "strict", path: "/" });
      response.redirect(303, request.path.startsWith("//") ? "/" : request.path); // takes the token out of the address bar
      return;
    }
    if (token !== undefined) {
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
      const given = bearer ?? cookie(request, cookieName());
      if (given === undefined || !same(given, token)) {
        refuse(
          response,
          401,
          "This dashboard needs its token. Open the address that `memrig serve` printed, with ?token=… at its end.",
        );
        return;
      }
    }
    if (request.method !== "GET" && request.method !== "HEAD" && !fromOwnPage(request)) {
      refuse(
        response,
        403,
        "This command came from another page and was not carried out. Use the buttons of the dashboard itself.",
      );
      return;
    }
    next();
  };
}

/** A browser names the page a command comes from; a program that is not a browser sends neither header. */
function fromOwnPage(request: Request): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const origin = request.headers.origin;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === request.headers.host;
  } catch (error) {
    if (error instanceof TypeError) return false; // "null", or not an address
    throw error;
  }
}

/** What a dashboard that only shows still does. Stopping is never forbidden. */
const stopping: ReadonlySet<string> = new Set(["/abort", "/pause", "/safe"]);

/** Refuses every command but those that stop something; a dry run is none. */
export const onlyStopping: RequestHandler = (request, response, next) => {
  const asks = request.method === "GET" || request.method === "HEAD" || request.path === "/dry-run";
  if (asks || stopping.has(request.path)) return next();
  refuse(
    response,
    403,
    "This dashboard was started with --read-only: it shows, and stops what runs. Nothing was changed.",
  );
};

function refuse(response: Response, status: number, message: string): void {
  sendError(response, new MemrigError("invalid-request", message), status);
}
